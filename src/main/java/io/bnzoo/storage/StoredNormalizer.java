package io.bnzoo.storage;

import io.bnzoo.data.FloatImages;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.ImageSource;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.PixelRange;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The normalizer that a model was saved with: what the pixels went through in its training.
 *
 * <p>Note: a model that is given pixels without its normalizer answers all the same, and wrongly.
 */
public final class StoredNormalizer {
  private final DataNormalization normalization;
  private final String description;
  private final PixelRange pixels;
  private final OptionalInt statistics;
  private final byte[] bytes;

  /**
   * A normalizer that has its statistics.
   *
   * @param description see {@link #description}
   * @param pixels what it expects
   * @param statistics how many values each of its statistics has, see {@link #arrangement}; none if
   *     it has none
   * @param bytes the entry that it was read from
   */
  StoredNormalizer(
      DataNormalization normalization,
      String description,
      PixelRange pixels,
      OptionalInt statistics,
      byte[] bytes) {
    this.normalization = normalization;
    this.description = description;
    this.pixels = pixels;
    this.statistics = statistics;
    this.bytes = bytes;
  }

  /** As the entry has it. */
  byte[] bytes() {
    return bytes;
  }

  /**
   * The order of axes that it was fitted on: flat, [N,values], with a statistic for each value;
   * [N,C,H,W] with one a channel; or [N,H,W,C] with one a row, since ND4J counts along the axis
   * after the first one.
   */
  private Optional<ImageOrder> arrangement(ImageShape shape) {
    int count = statistics.orElse(shape.size());
    if (count == shape.size()) {
      return Optional.of(ImageOrder.FLAT);
    }
    if (count == shape.channels()) {
      return Optional.of(ImageOrder.CHANNELS_FIRST);
    }
    return count == shape.height() ? Optional.of(ImageOrder.CHANNELS_LAST) : Optional.empty();
  }

  private enum ImageOrder {
    FLAT,
    CHANNELS_FIRST,
    CHANNELS_LAST
  }

  /**
   * Checks that it was fitted on such images.
   *
   * @throws IllegalArgumentException if it has another number of statistics
   */
  public void requireFit(ImageShape shape) {
    if (arrangement(shape).isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "its normalizer was fitted on other images: it has %,d statistics, not %d (flat"
                  + " images), %d (NCHW) or %d (NHWC)",
              statistics.getAsInt(),
              shape.size(),
              shape.channels(),
              shape.height()));
    }
  }

  /** Its class and what it scales to, such as "NormalizerMinMaxScaler(-1, 1)". */
  public String description() {
    return description;
  }

  /** The range of the pixels that it expects. */
  public PixelRange pixels() {
    return pixels;
  }

  /**
   * The images as the model was trained on them.
   *
   * @throws IllegalArgumentException if it was fitted on other images
   */
  public FloatImages apply(LabeledImages images) {
    return FloatImages.of(images, apply(images.images(pixels), images.shape()));
  }

  /**
   * The images as the model was trained on them, each batch when it is asked for.
   *
   * @throws IllegalArgumentException if it was fitted on other images
   */
  public ImageSource applyToEach(LabeledImages images) {
    requireFit(images.shape());
    return new Normalized(images, this);
  }

  private record Normalized(LabeledImages images, StoredNormalizer normalizer)
      implements ImageSource {
    @Override
    public ImageShape shape() {
      return images.shape();
    }

    @Override
    public Stream<FloatImages> inBatches(int atMost) {
      return images.inBatches(atMost).map(normalizer::apply);
    }

    @Override
    public FloatImages first(int count) {
      return normalizer.apply(images.first(count));
    }
  }

  /**
   * What it does to pixels, in the order of {@link LabeledImages#images}.
   *
   * @param factors what each is multiplied by
   * @param offsets what is added then
   */
  public record PixelScaling(INDArray factors, INDArray offsets) {}

  /**
   * The same as numbers.
   *
   * @throws IllegalArgumentException if it was fitted on other images
   */
  public PixelScaling scaling(ImageShape shape) {
    INDArray offsets = apply(Nd4j.zeros(DataType.FLOAT, 1, shape.size()), shape);
    INDArray white = Nd4j.zeros(DataType.FLOAT, 1, shape.size()).addi(pixels.white());
    return new PixelScaling(apply(white, shape).subi(offsets).divi(pixels.white()), offsets);
  }

  /**
   * Pixels as the model was trained on them, perhaps in the same array.
   *
   * @param flat in the order of {@link LabeledImages#images}
   * @throws IllegalArgumentException if it was fitted on other images
   */
  public INDArray apply(INDArray flat, ImageShape shape) {
    requireFit(shape);
    ImageOrder order = arrangement(shape).orElseThrow();
    long count = flat.size(0);
    if (order == ImageOrder.FLAT) {
      normalization.transform(flat);
      return flat;
    }
    INDArray channelsFirst =
        flat.reshape('c', count, shape.channels(), shape.height(), shape.width());
    if (order == ImageOrder.CHANNELS_FIRST) {
      normalization.transform(channelsFirst);
      return channelsFirst.reshape('c', count, shape.size());
    }
    INDArray channelsLast = channelsFirst.permute(0, 2, 3, 1).dup('c');
    normalization.transform(channelsLast);
    return channelsLast.permute(0, 3, 1, 2).dup('c').reshape('c', count, shape.size());
  }
}
