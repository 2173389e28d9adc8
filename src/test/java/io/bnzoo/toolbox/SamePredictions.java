package io.bnzoo.toolbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.deeplearning4j.nn.api.Model;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Whether two models predict the same, by Deeplearning4j, and what makes errors show. */
public final class SamePredictions {
  private static final double RELATIVE = 1e-4;

  private SamePredictions() {}

  /**
   * Gives all biases, scales and running statistics values that are neither 0 nor 1: fresh ones
   * would hide what is left out.
   */
  public static void disturb(Model model, long seed) {
    Random random = new Random(seed);
    model
        .paramTable()
        .forEach(
            (key, array) -> {
              String name = key.substring(key.lastIndexOf('_') + 1);
              switch (name) {
                case "gamma", "var", "populationVariance" -> fill(array, random, 0.5, 2);
                case "log10stdev" -> fill(array, random, -0.3, 0.3);
                case "b", "beta", "mean", "populationMean", "bias" -> fill(array, random, -1, 1);
                case "W", "pW" -> array.muli(1 / length(array));
                default -> {}
              }
            });
  }

  /** Of the weights that one output is computed from, so that values neither grow nor vanish. */
  private static double length(INDArray weights) {
    long outputs = weights.rank() == 2 ? weights.size(1) : weights.size(0);
    return weights.norm2Number().doubleValue() / Math.sqrt((double) outputs);
  }

  private static void fill(INDArray array, Random random, double from, double to) {
    double[] values = random.doubles(array.length(), from, to).toArray();
    array.assign(Nd4j.createFromArray(values).castTo(array.dataType()).reshape('c', array.shape()));
  }

  /** Random numbers about 0. */
  public static INDArray random(long... shape) {
    double[] values =
        new Random(7).doubles(Arrays.stream(shape).reduce(1, (a, b) -> a * b), -1, 1).toArray();
    return Nd4j.createFromArray(values).castTo(DataType.FLOAT).reshape('c', shape);
  }

  /** A copy of a model without the activations of its outputs, which would hide differences. */
  public static Model logits(Model model) {
    return PredictionComparison.withoutActivation(model);
  }

  /** What a model predicts; its inputs stay as they are. */
  public static INDArray[] predictions(Model model, INDArray... features) {
    return ModelInputs.output(
        model, Arrays.stream(features).map(each -> each.dup('c')).toArray(INDArray[]::new));
  }

  /** Asserts that all differ by no more than rounding, measured by the largest of them. */
  public static void assertSame(INDArray[] found, INDArray[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i].shape()).isEqualTo(expected[i].shape());
      double scale = Math.max(1e-6, expected[i].amaxNumber().doubleValue());
      double difference = found[i].sub(expected[i]).amaxNumber().doubleValue();
      assertThat(difference).as("difference of output %d", i).isLessThanOrEqualTo(RELATIVE * scale);
    }
  }
}
