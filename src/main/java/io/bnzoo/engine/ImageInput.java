package io.bnzoo.engine;

import java.util.List;
import java.util.function.Consumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The shape in which a network takes images of 28 x 28 pixels. */
public enum ImageInput {
  /** [N,784]. */
  FLAT(784),
  /** [N,1,28,28]. */
  NCHW(1, 28, 28),
  /** [N,28,28,1]. */
  NHWC(28, 28, 1);

  private static final int PIXELS = 784;

  @SuppressWarnings("ImmutableEnumChecker") // Never written to.
  private final List<Integer> axes;

  ImageInput(Integer... axes) {
    this.axes = List.of(axes);
  }

  /** The same values, [N,784], in this shape. */
  public INDArray shaped(INDArray images) {
    long[] shape = new long[axes.size() + 1];
    shape[0] = images.size(0);
    for (int i = 0; i < axes.size(); i++) {
      shape[i + 1] = axes.get(i);
    }
    return images.reshape('c', shape);
  }

  /**
   * Finds the shape by trying: a configuration does not say it.
   *
   * @param prediction a network's prediction
   * @throws IllegalArgumentException if the network takes none of the shapes
   */
  public static ImageInput of(Consumer<INDArray> prediction) {
    StringBuilder refusals = new StringBuilder();
    for (ImageInput candidate : values()) {
      try {
        prediction.accept(candidate.shaped(Nd4j.zeros(DataType.FLOAT, 1, PIXELS)));
        return candidate;
      } catch (RuntimeException refused) { // Each layer type refuses a wrong shape in its own way.
        refusals.append("; ").append(candidate).append(": ").append(refused.getMessage());
      }
    }
    throw new IllegalArgumentException(
        "the network takes no images of 28 x 28 pixels and one channel" + refusals);
  }
}
