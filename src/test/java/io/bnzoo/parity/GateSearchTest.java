package io.bnzoo.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.Statistics;
import io.bnzoo.parity.Distances.Quantity;
import io.bnzoo.parity.ExactNetwork.Gates;
import io.bnzoo.parity.ExactTraining.Batch;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

class GateSearchTest {
  private static final double REACH = 1e-3;

  private static final ExactNetwork NETWORK =
      ExactNetwork.deepCnn(28, 10, Activation.RELU, OptionalDouble.of(1e-3));
  private static final Batch BATCH = ExactRun.batch(TestDigits.draw(32, 3));

  private static Map<String, double[]> parameters;
  private static ExactNetwork.Pass pass;
  private static Map<String, double[]> flipped;
  private static int flips;

  /** Half of the values near 0 pass on the other side. */
  @BeforeAll
  static void flip() {
    parameters =
        Parity.inTensorFlowsOrder(
            Parity.parameters(
                DeepCnn.builder().normalization(Normalization.batchNorm()).build().init()));
    pass = NETWORK.forward(parameters, BATCH.images(), BATCH.size(), Statistics.BATCH);
    Gates gates =
        (trace, gradient, weights) -> {
          boolean[] open = Gates.positive(trace.z());
          for (int i = 0; i < open.length; i++) {
            if (Math.abs(trace.z()[i]) < REACH / 2 && i % 2 == 0) {
              open[i] ^= true;
              flips++;
            }
          }
          return open;
        };
    flipped = NETWORK.gradients(parameters, pass, BATCH.labels(), gates);
  }

  @Test
  void valuesOnTheOtherSideOfAReluAreFound() {
    assertThat(flips).isGreaterThan(20);
    Map<String, double[]> bySign =
        NETWORK.gradients(parameters, pass, BATCH.labels(), Gates.BY_SIGN);
    assertThat(largestMedian(flipped, bySign)).isGreaterThan(0.01);
    assertThat(largestMedian(flipped, givenGatesOf(flipped))).isLessThan(2e-3);
  }

  @Test
  void anotherScaleOfGammasGradientIsNotExplained() {
    Map<String, double[]> wrong = new TreeMap<>(flipped);
    wrong.replaceAll((name, values) -> name.endsWith(".gamma") ? scaled(values, 1.02) : values);
    assertThat(largestMedian(wrong, givenGatesOf(wrong))).isGreaterThan(0.015);
  }

  @Test
  void anotherScaleOfTheWeightsGradientsIsNotExplained() {
    Map<String, double[]> wrong = new TreeMap<>(flipped);
    wrong.replaceAll((name, values) -> name.endsWith(".W") ? scaled(values, 1.05) : values);
    assertThat(largestMedian(wrong, givenGatesOf(wrong))).isGreaterThan(0.02);
  }

  private static Map<String, double[]> givenGatesOf(Map<String, double[]> gradients) {
    Map<String, Double> reach = new TreeMap<>();
    NETWORK.blocks().forEach(block -> reach.put(block.name(), REACH));
    GateSearch search = new GateSearch(NETWORK, BATCH.size(), gradients, reach);
    return NETWORK.gradients(parameters, pass, BATCH.labels(), search);
  }

  private static double largestMedian(Map<String, double[]> given, Map<String, double[]> exact) {
    Distances distances = new Distances();
    distances.add(Quantity.GRADIENTS, given, exact, exact.keySet());
    return distances.medians(Quantity.GRADIENTS).values().stream()
        .mapToDouble(Double::doubleValue)
        .max()
        .orElseThrow();
  }

  private static double[] scaled(double[] values, double factor) {
    double[] scaled = values.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= factor;
    }
    return scaled;
  }
}
