package io.bnzoo.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.engine.EngineGradients;
import io.bnzoo.engine.Statistics;
import io.bnzoo.parity.Distances.Quantity;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.InitialWeights;
import io.bnzoo.zoo.Normalization;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * The deep CNN with tanh, where nothing amplifies rounding, on both engines: tight, parameter by
 * parameter, what {@link TensorFlowParityTest} can say of the one with ReLU by medians only.
 */
class DoublePrecisionTest {
  private static final int STEPS = 3;
  private static final int BATCH_SIZE = 24;
  private static final LabeledImages IMAGES = TestDigits.draw(BATCH_SIZE * STEPS, 9);
  private static final IUpdater UPDATER = new Adam(0.002);
  private static final Map<Boolean, Expected> EXPECTED = new HashMap<>();

  /** What double precision gives; losses are before each step. */
  private record Expected(
      Map<String, double[]> gradients, List<Double> losses, Map<String, double[]> last) {}

  static Stream<Arguments> implementations() {
    return Stream.of("none", "moments")
        .flatMap(batchNorm -> Parity.implementations(batchNorm).stream())
        .flatMap(
            normalization ->
                Stream.of(EngineChoice.DL4J, EngineChoice.ONEDNN)
                    .map(engine -> Arguments.of(normalization, engine)));
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void theDeepCnnTrainsAsInDoublePrecision(Normalization normalization, EngineChoice choice) {
    MultiLayerNetwork network =
        DeepCnn.builder()
            .dataFormat(CNN2DFormat.NCHW)
            .normalization(normalization)
            .initialWeights(InitialWeights.glorotUniform())
            .activation(Activation.TANH)
            .updater(UPDATER)
            .build()
            .init();
    boolean plain = normalization instanceof Normalization.None;
    Expected expected =
        EXPECTED.computeIfAbsent(
            plain,
            any ->
                expected(
                    plain
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(Normalization.TENSORFLOW_EPSILON),
                    parameters(network)));
    assertEach(firstGradients(network, choice), expected.gradients(), 1e-4);
    try (Engine engine = choice.open(network, ImageShape.MNIST, 1)) {
      for (int step = 0; step < STEPS; step++) {
        LabeledImages batch = batch(step);
        double loss = expected.losses().get(step);
        assertThat(engine.loss().mean(engine.logits(batch, Statistics.BATCH), batch))
            .as("loss before step %d", step)
            .isCloseTo(loss, within(2e-4 * loss));
        engine.step(batch);
      }
      assertEach(parameters(engine.snapshot()), expected.last(), 2e-3);
    }
  }

  private static Expected expected(OptionalDouble epsilon, Map<String, double[]> initial) {
    ExactNetwork network =
        ExactNetwork.deepCnn(LabeledImages.SIDE, LabeledImages.CLASSES, Activation.TANH, epsilon);
    ExactTraining.Batch first = ExactRun.batch(batch(0));
    ExactNetwork.Pass pass =
        network.forward(initial, first.images(), first.size(), Statistics.BATCH);
    ExactTraining training =
        new ExactTraining(network, UPDATER, Normalization.TENSORFLOW_DECAY, initial);
    List<Double> losses =
        IntStream.range(0, STEPS)
            .mapToObj(step -> training.step(ExactRun.batch(batch(step))))
            .toList();
    return new Expected(
        network.gradients(initial, pass, first.labels(), ExactNetwork.Gates.BY_SIGN),
        losses,
        training.parameters());
  }

  private static Map<String, double[]> firstGradients(
      MultiLayerNetwork network, EngineChoice choice) {
    LabeledImages batch = batch(0);
    int side = LabeledImages.SIDE;
    INDArray images = batch.images().reshape('c', batch.size(), 1, side, side);
    return Parity.inTensorFlowsOrder(
        choice == EngineChoice.ONEDNN
            ? Parity.weights(EngineGradients.ofStep(network.clone(), batch))
            : Parity.gradients(network.clone(), images, batch.oneHotLabels()));
  }

  private static Map<String, double[]> parameters(MultiLayerNetwork network) {
    return Parity.inTensorFlowsOrder(Parity.parameters(network));
  }

  private static LabeledImages batch(int step) {
    return IMAGES.slice(BATCH_SIZE * step, BATCH_SIZE * (step + 1));
  }

  private static void assertEach(
      Map<String, double[]> ours, Map<String, double[]> exact, double tolerance) {
    assertThat(ours).containsOnlyKeys(exact.keySet());
    exact.forEach(
        (name, values) -> {
          Distances distances = new Distances();
          distances.add(Quantity.GRADIENTS, ours.get(name), values);
          assertThat(distances.medians(Quantity.GRADIENTS).get("")).as(name).isLessThan(tolerance);
        });
  }
}
