package io.bnzoo.engine;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a network gives for a batch of images, [N,classes]: its output layer's values before their
 * activation.
 */
public final class Logits {
  private final float[] values;
  private final int classes;

  /**
   * Copies the values.
   *
   * @param values one image's after the other
   * @throws IllegalArgumentException if they are not a row of classes an image, for 1 image or more
   */
  public Logits(float[] values, int classes) {
    if (classes < 1 || values.length == 0 || values.length % classes != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "logits need a row of at least 1 class for at least 1 image, got %d values for rows"
                  + " of %d",
              values.length,
              classes));
    }
    this.values = values.clone();
    this.classes = classes;
  }

  /**
   * Those in a matrix of any type, which they are rounded from.
   *
   * @throws IllegalArgumentException if it is no matrix
   */
  public static Logits of(INDArray matrix) {
    if (matrix.rank() != 2) {
      throw new IllegalArgumentException(
          "the network must give one row of values for an image, its output has shape "
              + Arrays.toString(matrix.shape()));
    }
    // All values at once; asking for each would take most of the time.
    return new Logits(matrix.dup('c').data().asFloat(), Math.toIntExact(matrix.size(1)));
  }

  /** How many images they are of, at least 1. */
  public int size() {
    return values.length / classes;
  }

  /** How many values there are for each image. */
  public int classes() {
    return classes;
  }

  /** A copy of all values, one image's after the other. */
  public float[] values() {
    return values.clone();
  }

  /**
   * The class of an image's largest value, the first of equals. A NaN is passed over, but in class
   * 0, which it makes the answer.
   *
   * @throws IndexOutOfBoundsException if there is no such image
   */
  public int argMax(int image) {
    int start = Objects.checkIndex(image, size()) * classes;
    int best = start;
    for (int i = start + 1; i < start + classes; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best - start;
  }

  /**
   * Whether all of an image's values are finite; else its largest says nothing.
   *
   * @throws IndexOutOfBoundsException if there is no such image
   */
  public boolean isFinite(int image) {
    int start = Objects.checkIndex(image, size()) * classes;
    for (int i = start; i < start + classes; i++) {
      if (!Float.isFinite(values[i])) {
        return false;
      }
    }
    return true;
  }

  /** The same as Deeplearning4j takes them. */
  INDArray array() {
    return Nd4j.createFromArray(values).reshape('c', size(), classes);
  }
}
