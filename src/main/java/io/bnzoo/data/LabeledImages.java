package io.bnzoo.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Grey images of 28 x 28 pixels, each with the digit it shows.
 *
 * <p>Pixels are kept as bytes; arrays hold them as floats in [0, 1], {@code byte / 255}.
 */
public final class LabeledImages {

  /** Pixels along one side. */
  public static final int SIDE = 28;

  /** Pixels in one image. */
  public static final int PIXELS = SIDE * SIDE;

  /** Ten digits. */
  public static final int CLASSES = 10;

  /** The value of each byte: {@code byte / 255}. */
  private static final float[] GREY_LEVELS = new float[256];

  static {
    for (int level = 0; level < GREY_LEVELS.length; level++) {
      GREY_LEVELS[level] = level / 255f;
    }
  }

  private final byte[] pixels;
  private final byte[] labels;
  private final int offset;
  private final int size;

  /**
   * Copies both arrays.
   *
   * @param pixels row by row, 784 per image, 0 black to 255 white
   * @param labels digits 0 to 9, one an image
   * @throws IllegalArgumentException if the lengths disagree or a label is no digit
   */
  public LabeledImages(byte[] pixels, byte[] labels) {
    this(pixels.clone(), labels.clone(), 0, labels.length);
    if ((long) labels.length * PIXELS != pixels.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d labels need %d pixels, got %d",
              labels.length,
              (long) labels.length * PIXELS,
              pixels.length));
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= CLASSES) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "label %d must be a digit from 0 to 9, got %d", i, labels[i]));
      }
    }
  }

  private LabeledImages(byte[] pixels, byte[] labels, int offset, int size) {
    this.pixels = pixels;
    this.labels = labels;
    this.offset = offset;
    this.size = size;
  }

  public int size() {
    return size;
  }

  /**
   * The digit that image {@code index} shows.
   *
   * @throws IndexOutOfBoundsException if there is no such image
   */
  public int label(int index) {
    return labels[offset + Objects.checkIndex(index, size)];
  }

  /** Images {@code from} (inclusive) to {@code to} (exclusive), sharing this object's memory. */
  public LabeledImages slice(int from, int to) {
    if (from < 0 || to < from || to > size) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "slice [%d, %d) must lie within [0, %d)", from, to, size));
    }
    return new LabeledImages(pixels, labels, offset + from, to - from);
  }

  /**
   * The images of the given positions, copied, in that order.
   *
   * @throws IndexOutOfBoundsException if there is no such image
   */
  public LabeledImages select(int... indices) {
    byte[] chosenPixels = new byte[indices.length * PIXELS];
    byte[] chosenLabels = new byte[indices.length];
    for (int i = 0; i < indices.length; i++) {
      int index = offset + Objects.checkIndex(indices[i], size);
      System.arraycopy(pixels, index * PIXELS, chosenPixels, i * PIXELS, PIXELS);
      chosenLabels[i] = labels[index];
    }
    return new LabeledImages(chosenPixels, chosenLabels, 0, indices.length);
  }

  /**
   * One image's pixels, row by row, as bytes 0 to 255.
   *
   * @throws IndexOutOfBoundsException if there is no such image
   */
  public byte[] pixels(int index) {
    int start = (offset + Objects.checkIndex(index, size)) * PIXELS;
    return Arrays.copyOfRange(pixels, start, start + PIXELS);
  }

  /** All images' pixels, one image after the other, as bytes 0 to 255; not a copy. */
  public ByteBuffer pixels() {
    return ByteBuffer.wrap(pixels, offset * PIXELS, size * PIXELS).asReadOnlyBuffer();
  }

  /** All images, [size, 784], float, in [0, 1]. */
  public INDArray images() {
    return images(PixelRange.UNIT);
  }

  /** All images, [size, 784], float, in the given range. */
  public INDArray images(PixelRange range) {
    return array(greyLevels(range), PIXELS);
  }

  /** All labels, [size, 10], float, 1 in the column of the digit and 0 elsewhere. */
  public INDArray oneHotLabels() {
    float[] values = new float[size * CLASSES];
    for (int i = 0; i < size; i++) {
      values[i * CLASSES + label(i)] = 1;
    }
    return array(values, CLASSES);
  }

  /** Nd4j.createFromArray would put value by value, through three layers of checks. */
  private INDArray array(float[] values, int columns) {
    INDArray array = Nd4j.createUninitialized(DataType.FLOAT, size, columns);
    if (size > 0) { // An empty array has no memory.
      array.data().asNioFloat().put(values);
    }
    return array;
  }

  private float[] greyLevels(PixelRange range) {
    float[] values = new float[size * PIXELS];
    int start = offset * PIXELS;
    for (int i = 0; i < values.length; i++) {
      int level = pixels[start + i] & 0xFF;
      values[i] = range == PixelRange.BYTES ? level : GREY_LEVELS[level];
    }
    return values;
  }
}
