package io.bnzoo.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.engine.Statistics;
import io.bnzoo.parity.ExactNetwork.Gates;
import io.bnzoo.parity.ExactTraining.Batch;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;

class ExactNetworkTest {
  private static final int SIDE = 9;
  private static final int CLASSES = 5;
  private static final int IMAGES = 6;
  private static final double STEP = 1e-5;

  static Stream<ExactNetwork> networks() {
    return Stream.of(OptionalDouble.empty(), OptionalDouble.of(1e-3))
        .flatMap(
            epsilon ->
                Stream.of(
                    ExactNetwork.deepCnn(SIDE, CLASSES, Activation.TANH, epsilon),
                    ExactNetwork.mlp(SIDE * SIDE, CLASSES, Activation.SIGMOID, epsilon)));
  }

  /** In the direction of the gradient, one parameter after the other. */
  @ParameterizedTest(name = "network {index}")
  @MethodSource("networks")
  void gradientsAreThoseOfFiniteDifferences(ExactNetwork network) {
    Batch batch = batch();
    Map<String, double[]> parameters = parameters(network);
    Map<String, double[]> gradients =
        network.gradients(parameters, pass(network, parameters), batch.labels(), Gates.BY_SIGN);
    gradients.forEach(
        (name, gradient) -> {
          double norm =
              Math.sqrt(
                  IntStream.range(0, gradient.length)
                      .mapToDouble(i -> gradient[i] * gradient[i])
                      .sum());
          double rise = loss(network, moved(parameters, name, gradient, STEP / norm));
          double fall = loss(network, moved(parameters, name, gradient, -STEP / norm));
          assertThat((rise - fall) / (2 * STEP)).as(name).isCloseTo(norm, within(2e-5 * norm));
        });
  }

  private static Map<String, double[]> moved(
      Map<String, double[]> parameters, String name, double[] direction, double by) {
    Map<String, double[]> moved = new TreeMap<>(parameters);
    double[] values = parameters.get(name).clone();
    for (int i = 0; i < values.length; i++) {
      values[i] += by * direction[i];
    }
    moved.put(name, values);
    return moved;
  }

  private static double loss(ExactNetwork network, Map<String, double[]> parameters) {
    return network.loss().of(pass(network, parameters).logits(), batch().labels()).mean();
  }

  private static ExactNetwork.Pass pass(ExactNetwork network, Map<String, double[]> parameters) {
    return network.forward(parameters, batch().images(), IMAGES, Statistics.BATCH);
  }

  private static Batch batch() {
    double[] images = new Random(1).doubles((long) SIDE * SIDE * IMAGES).toArray();
    return new Batch(images, IntStream.range(0, IMAGES).map(n -> n % CLASSES).toArray());
  }

  private static Map<String, double[]> parameters(ExactNetwork network) {
    Random random = new Random(2);
    Map<String, double[]> parameters = new TreeMap<>();
    for (Map.Entry<String, List<Integer>> shape : network.shapes().entrySet()) {
      int size = shape.getValue().stream().reduce(1, Math::multiplyExact);
      int out = shape.getValue().get(shape.getValue().size() - 1);
      double offset = shape.getKey().endsWith(".gamma") ? 1 : 0;
      double scale = shape.getKey().endsWith(".W") ? Math.sqrt((double) out / size) : 0.1;
      parameters.put(
          shape.getKey(),
          IntStream.range(0, size)
              .mapToDouble(i -> offset + scale * random.nextGaussian())
              .toArray());
    }
    return parameters;
  }
}
