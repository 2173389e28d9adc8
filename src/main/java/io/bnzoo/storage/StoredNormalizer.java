package io.bnzoo.storage;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.PixelRange;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;

/**
 * The normalizer that a model was saved with: what the pixels went through in its training.
 *
 * <p>Note: a model that is given pixels without its normalizer answers all the same, and wrongly.
 */
public final class StoredNormalizer {
  private final DataNormalization normalization;
  private final String description;
  private final PixelRange pixels;
  private final long[] imageShape;

  /**
   * A normalizer that has its statistics.
   *
   * @param description see {@link #description}
   * @param pixels what it expects
   * @param statistics how many values each of its statistics has: 784, one a pixel of flat images,
   *     [N,784]; 1, the channel of [N,1,28,28]; or 28, since ND4J counts along the axis after the
   *     first one, which of [N,28,28,1] is the row
   */
  StoredNormalizer(
      DataNormalization normalization, String description, PixelRange pixels, int statistics) {
    this.normalization = normalization;
    this.description = description;
    this.pixels = pixels;
    this.imageShape = shapeFor(statistics);
  }

  private static long[] shapeFor(int statistics) {
    return switch (statistics) {
      case 1 -> new long[] {1, LabeledImages.SIDE, LabeledImages.SIDE};
      case LabeledImages.SIDE -> new long[] {LabeledImages.SIDE, LabeledImages.SIDE, 1};
      case LabeledImages.PIXELS -> new long[] {LabeledImages.PIXELS};
      default -> throw new IllegalArgumentException("no statistics of images: " + statistics);
    };
  }

  /** Its class and what it scales to, such as "NormalizerMinMaxScaler(-1, 1)". */
  public String description() {
    return description;
  }

  /** The range of the pixels that it expects. */
  public PixelRange pixels() {
    return pixels;
  }

  /** The images as the model was trained on them, [size,784]. */
  public INDArray apply(LabeledImages images) {
    long[] shape = new long[imageShape.length + 1];
    shape[0] = images.size();
    System.arraycopy(imageShape, 0, shape, 1, imageShape.length);
    INDArray values = images.images(pixels).reshape('c', shape);
    normalization.transform(values);
    return values.reshape('c', images.size(), LabeledImages.PIXELS);
  }
}
