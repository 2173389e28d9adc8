package io.bnzoo.storage;

import io.bnzoo.data.PixelRange;
import io.bnzoo.files.ShownName;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.OptionalInt;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;

/**
 * Reads what ND4J's {@code NormalizerSerializer} has written, without loading a class that the
 * bytes name.
 *
 * <p>They begin with a word, a version and the normalizer's type. {@code STANDARDIZE} goes on with
 * whether the labels are normalized, means and standard deviations; {@code MIN_MAX} with the same,
 * the range to scale to, minima and maxima; {@code IMAGE_MIN_MAX} with the range to scale to and
 * the white pixel.
 *
 * <p>Which pixels a normalizer expects is not written there. A fitted one shows it by its
 * statistics, since those of bytes are far above 1.
 */
final class NormalizerReader {
  private static final String MAGIC = "NORMALIZER";
  private static final int VERSION = 1;

  /** What every stream of serialized Java objects begins with. */
  private static final byte[] JAVA_OBJECTS = {(byte) 0xAC, (byte) 0xED};

  /** ND4J adds 1e-5 to the maximum of a pixel that never changes, and rounds. */
  private static final double TOLERANCE = 1e-3;

  private final byte[] bytes;
  private final ByteArrayInputStream rest;
  private final DataInputStream in;

  private NormalizerReader(byte[] bytes) {
    this.bytes = bytes;
    this.rest = new ByteArrayInputStream(bytes);
    this.in = new DataInputStream(rest);
  }

  /**
   * Reads the entry of a model's archive.
   *
   * @throws IOException whose message goes on where "the entry" began, with what to do about it
   */
  static StoredNormalizer read(byte[] bytes) throws IOException {
    if (bytes.length >= 2 && Arrays.equals(Arrays.copyOf(bytes, 2), JAVA_OBJECTS)) {
      throw new IOException(
          "holds serialized Java objects, which are not read, since reading them can run code;"
              + " write the normalizer with ModelSerializer.addNormalizerToModel");
    }
    try {
      return new NormalizerReader(bytes).read();
    } catch (EOFException e) {
      throw new IOException("is no intact normalizer: it is cut off; take another copy", e);
    }
  }

  private StoredNormalizer read() throws IOException {
    require(in.readUTF().equals(MAGIC), "it does not begin as one");
    int version = in.readInt();
    require(version == VERSION, "its version is " + version);
    String type = in.readUTF();
    StoredNormalizer normalizer =
        switch (type) {
          case "STANDARDIZE" -> standardize();
          case "MIN_MAX" -> minMax();
          case "IMAGE_MIN_MAX" -> image();
          default ->
              throw new IOException(
                  "is of type "
                      + ShownName.of(type)
                      + "; what can be applied is NormalizerStandardize, NormalizerMinMaxScaler"
                      + " and ImagePreProcessingScaler");
        };
    require(rest.available() == 0, "it goes on after its values");
    return normalizer;
  }

  private StoredNormalizer standardize() throws IOException {
    requireLabelsUntouched();
    INDArray means = statistics();
    INDArray deviations = statistics();
    requireSameLength(means, deviations);
    require(least(deviations) > 0, "a standard deviation is " + shown(least(deviations)));
    return new StoredNormalizer(
        new NormalizerStandardize(means, deviations),
        "NormalizerStandardize",
        fittedOn(least(means), Math.max(most(means), most(deviations))),
        OptionalInt.of((int) means.length()),
        bytes);
  }

  private StoredNormalizer minMax() throws IOException {
    requireLabelsUntouched();
    double from = in.readDouble();
    double to = in.readDouble();
    requireRange(from, to);
    INDArray minima = statistics();
    INDArray maxima = statistics();
    requireSameLength(minima, maxima);
    require(least(maxima.sub(minima)) > 0, "a maximum is not above its minimum");
    NormalizerMinMaxScaler scaler = new NormalizerMinMaxScaler(from, to);
    scaler.setFeatureStats(minima, maxima);
    return new StoredNormalizer(
        scaler,
        scaling("NormalizerMinMaxScaler", from, to),
        fittedOn(least(minima), most(maxima)),
        OptionalInt.of((int) minima.length()),
        bytes);
  }

  private StoredNormalizer image() throws IOException {
    double from = in.readDouble();
    double to = in.readDouble();
    double white = in.readDouble();
    requireRange(from, to);
    for (PixelRange range : PixelRange.values()) {
      if (white == range.white()) {
        ImagePreProcessingScaler scaler = new ImagePreProcessingScaler(from, to);
        scaler.setMaxPixelVal(white);
        return new StoredNormalizer(
            scaler,
            scaling("ImagePreProcessingScaler", from, to),
            range,
            OptionalInt.empty(),
            bytes);
      }
    }
    throw new IOException(
        "expects pixels from 0 to "
            + shown(white)
            + "; those of images are from 0 to 255 (8 bits) or from 0 to 1 (1 bit)");
  }

  private INDArray statistics() throws IOException {
    StoredArray array = array();
    require(array.finite(), "its statistics are not all finite");
    require(array.length() > 0, "it has no statistics");
    return array.toRow();
  }

  private StoredArray array() throws IOException {
    int start = bytes.length - rest.available();
    try {
      int end = StoredArray.end(bytes, start);
      rest.skip(end - start);
      return StoredArray.of(Arrays.copyOfRange(bytes, start, end));
    } catch (EOFException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(
          "is no intact normalizer: of an array, " + e.getMessage() + "; take another copy", e);
    }
  }

  private static PixelRange fittedOn(double least, double most) throws IOException {
    for (PixelRange range : PixelRange.values()) {
      if (least >= -TOLERANCE && most <= range.white() + TOLERANCE) {
        return range;
      }
    }
    throw new IOException(
        String.format(
            "was fitted on other values than pixels from 0 to 1 or from 0 to 255: its statistics go"
                + " from %s to %s",
            shown(least), shown(most)));
  }

  private void requireLabelsUntouched() throws IOException {
    if (in.readBoolean()) {
      throw new IOException(
          "normalizes the labels, too, so that a class has other values than 0 and 1; save it with"
              + " fitLabel(false)");
    }
  }

  private static void requireSameLength(INDArray one, INDArray other) throws IOException {
    require(
        one.length() == other.length(),
        "it has " + one.length() + " statistics of one kind and " + other.length() + " of another");
  }

  private static void requireRange(double from, double to) throws IOException {
    require(
        from < to && Float.isFinite((float) from) && Float.isFinite((float) (to - from)),
        "it scales from " + shown(from) + " to " + shown(to));
  }

  private static void require(boolean condition, String otherwise) throws IOException {
    if (!condition) {
      throw new IOException("is no intact normalizer: " + otherwise + "; take another copy");
    }
  }

  private static double least(INDArray values) {
    return values.minNumber().doubleValue();
  }

  private static double most(INDArray values) {
    return values.maxNumber().doubleValue();
  }

  private static String scaling(String name, double from, double to) {
    return name + "(" + shown(from) + ", " + shown(to) + ")";
  }

  /** With four significant digits. */
  private static String shown(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e9) {
      return Long.toString((long) value);
    }
    return Double.isFinite(value)
        ? new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros().toString()
        : Double.toString(value);
  }
}
