package io.bnzoo.engine;

import io.bnzoo.data.ImageBatch;
import java.util.Locale;
import java.util.function.IntUnaryOperator;
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
   * @param answer the position of the logit that ought to be the largest
   * @param gradient where the derivatives by the logits go, likewise
   * @param scale what the derivatives are multiplied by
   * @param room as long as there are classes, to be used for anything
   */
  abstract double example(
      float[] z, int start, int answer, float[] gradient, double scale, double[] room);

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
    if (weights == null) {
      return new Sigmoid((k, classes) -> 1);
    }
    float[] given = weights.dup('c').data().asFloat();
    return new Sigmoid(
        (k, classes) -> {
          if (classes != given.length) {
            throw new IllegalArgumentException(
                String.format(
                    Locale.ROOT, "the loss weighs %d classes, got %d", given.length, classes));
          }
          return given[k];
        });
  }

  /** With sigmoid: the mean over the classes, however many there are. */
  static CrossEntropy ofMeanSigmoid() {
    // Rounded as in the array of weights that Deeplearning4j computes with.
    return new Sigmoid((k, classes) -> (float) (1.0 / classes));
  }

  @Override
  public final double mean(Logits logits, ImageBatch images) {
    BatchCheck.loss(logits, images);
    // Without a branch that training never takes: code compiled for it would be thrown away here.
    return mean(logits, images::label, new float[logits.size() * logits.classes()]);
  }

  /**
   * The mean over a batch, and its derivatives by the logits.
   *
   * @param labels the class that each example is of
   * @param gradient [N,classes], row by row, to be filled
   * @throws IllegalArgumentException if the loss weighs another number of classes
   */
  final double mean(Logits logits, IntUnaryOperator labels, float[] gradient) {
    int classes = logits.classes();
    float[] values = logits.values();
    double[] room = new double[classes];
    double sum = 0;
    for (int i = 0; i < logits.size(); i++) {
      int start = i * classes;
      int answer = start + labels.applyAsInt(i);
      sum += example(values, start, answer, gradient, 1.0 / logits.size(), room);
    }
    return sum / logits.size();
  }

  /** A factor, not a condition: no loss is finite where a logit of any class is not. */
  private static double label(int k, int answer) {
    return k == answer ? 1 : 0;
  }

  private static final class Softmax extends CrossEntropy {
    @Override
    double example(
        float[] z, int start, int answer, float[] gradient, double scale, double[] room) {
      int end = start + room.length;
      double largest = z[start];
      for (int k = start; k < end; k++) {
        largest = Math.max(largest, z[k]);
      }
      double exponentials = 0;
      double picked = 0;
      for (int k = start; k < end; k++) {
        room[k - start] = Math.exp(z[k] - largest);
        exponentials += room[k - start];
        picked += label(k, answer) * z[k];
      }
      for (int k = start; k < end; k++) {
        gradient[k] = (float) (scale * (room[k - start] / exponentials - label(k, answer)));
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

    Sigmoid(Weights weights) {
      this.weights = weights;
    }

    @Override
    double example(
        float[] z, int start, int answer, float[] gradient, double scale, double[] room) {
      int classes = room.length;
      double sum = 0;
      for (int k = start; k < start + classes; k++) {
        double weight = weights.of(k - start, classes);
        sum +=
            weight
                * (Math.max(z[k], 0)
                    - z[k] * label(k, answer)
                    + Math.log1p(Math.exp(-Math.abs(z[k]))));
        gradient[k] = (float) (scale * weight * (1 / (1 + Math.exp(-z[k])) - label(k, answer)));
      }
      return sum;
    }
  }
}
