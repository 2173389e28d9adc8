package io.bnzoo.engine;

import java.util.Locale;
import java.util.OptionalInt;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;

/**
 * A cross-entropy of logits, one example after the other.
 *
 * <p>Computed as TensorFlow's {@code ..._with_logits} functions do, in double precision and without
 * clipping: exact where a probability would round to 0 or 1, and with a gradient where
 * Deeplearning4j has cut it off.
 */
abstract class CrossEntropy implements LogitLoss {

  /**
   * The loss of one example.
   *
   * @param z the logits, those of this example from {@code start} on
   * @param y the labels, likewise
   * @param gradient where the derivatives by the logits go, likewise; null if not needed
   * @param scale what the derivatives are multiplied by
   */
  abstract double example(
      float[] z, float[] y, int start, int classes, float[] gradient, double scale);

  /**
   * Checks that the loss is one of as many classes.
   *
   * @throws IllegalArgumentException if it is not
   */
  void check(int classes) {}

  /** With softmax: {@code log(sum over k of exp(z_k)) - z_y}. */
  static CrossEntropy ofSoftmax() {
    return new Softmax();
  }

  /**
   * With sigmoid: the weighted sum over classes of {@code max(z, 0) - z y + log(1 + exp(-|z|))}.
   *
   * @param weights [1,classes], or null for ones, as {@link LossBinaryXENT} has it
   */
  static CrossEntropy ofSigmoid(INDArray weights) {
    float[] given = weights == null ? null : weights.dup('c').data().asFloat();
    return given == null
        ? new Sigmoid((k, classes) -> 1, OptionalInt.empty())
        : new Sigmoid((k, classes) -> given[k], OptionalInt.of(given.length));
  }

  /** With sigmoid: the mean over the classes, however many there are. */
  static CrossEntropy ofMeanSigmoid() {
    // Rounded as in the array of weights that Deeplearning4j computes with.
    return new Sigmoid((k, classes) -> (float) (1.0 / classes), OptionalInt.empty());
  }

  @Override
  public final double mean(INDArray logits, INDArray labels) {
    BatchCheck.loss(logits, labels);
    // All values at once; asking for each would take most of the time.
    return mean(
        logits.dup('c').data().asFloat(), labels.dup('c').data().asFloat(), logits.columns(), null);
  }

  /**
   * The mean over a batch, and its derivatives by the logits.
   *
   * @param logits [N,classes], row by row
   * @param labels likewise, one-hot
   * @param gradient likewise, to be filled; null if not needed
   * @throws IllegalArgumentException if the arrays are not equally long, whole rows of classes
   */
  final double mean(float[] logits, float[] labels, int classes, float[] gradient) {
    boolean fits =
        logits.length > 0
            && logits.length % classes == 0
            && labels.length == logits.length
            && (gradient == null || gradient.length == logits.length);
    if (!fits) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d logits of %d classes do not go with %d labels",
              logits.length,
              classes,
              labels.length));
    }
    check(classes);
    int examples = logits.length / classes;
    double sum = 0;
    for (int start = 0; start < logits.length; start += classes) {
      sum += example(logits, labels, start, classes, gradient, 1.0 / examples);
    }
    return sum / examples;
  }

  private static final class Softmax extends CrossEntropy {
    @Override
    double example(float[] z, float[] y, int start, int classes, float[] gradient, double scale) {
      double largest = z[start];
      for (int k = start; k < start + classes; k++) {
        largest = Math.max(largest, z[k]);
      }
      double exponentials = 0;
      double picked = 0;
      for (int k = start; k < start + classes; k++) {
        exponentials += Math.exp(z[k] - largest);
        picked += (double) y[k] * z[k];
      }
      if (gradient != null) {
        for (int k = start; k < start + classes; k++) {
          gradient[k] = (float) (scale * (Math.exp(z[k] - largest) / exponentials - y[k]));
        }
      }
      return largest + Math.log(exponentials) - picked;
    }
  }

  private static final class Sigmoid extends CrossEntropy {
    /** What a class counts for. */
    interface Weights {
      float of(int k, int classes);
    }

    private final Weights weights;

    /** How many classes have a weight, unless any number may. */
    private final OptionalInt weighed;

    Sigmoid(Weights weights, OptionalInt weighed) {
      this.weights = weights;
      this.weighed = weighed;
    }

    @Override
    void check(int classes) {
      if (weighed.isPresent() && weighed.getAsInt() != classes) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "the loss weighs %d classes, got %d", weighed.getAsInt(), classes));
      }
    }

    @Override
    double example(float[] z, float[] y, int start, int classes, float[] gradient, double scale) {
      double sum = 0;
      for (int k = start; k < start + classes; k++) {
        double weight = weights.of(k - start, classes);
        sum +=
            weight
                * (Math.max(z[k], 0)
                    - (double) z[k] * y[k]
                    + Math.log1p(Math.exp(-Math.abs(z[k]))));
        if (gradient != null) {
          gradient[k] = (float) (scale * weight * (1 / (1 + Math.exp(-z[k])) - y[k]));
        }
      }
      return sum;
    }
  }
}
