package io.bnzoo.layer;

import static io.bnzoo.layer.RecurrentNetworks.LENGTH;
import static io.bnzoo.layer.RecurrentNetworks.OUTPUTS;
import static io.bnzoo.layer.RecurrentNetworks.SEQUENCES;
import static io.bnzoo.layer.RecurrentNetworks.layer;
import static io.bnzoo.layer.RecurrentNetworks.masked;
import static io.bnzoo.layer.RecurrentNetworks.network;
import static io.bnzoo.layer.RecurrentNetworks.sequences;
import static io.bnzoo.layer.RecurrentNetworks.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;

class BatchNormLstmTest {

  /** Deeplearning4j's check of gradients asks for it. */
  @BeforeAll
  static void useDoubles() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void useFloatsAgain() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  private static MultiLayerNetwork small(int steps) {
    return network(settings(DataType.DOUBLE), RNNFormat.NCW, layer(steps).build());
  }

  private static DataSet data(boolean masks) {
    return masks ? masked(DataType.DOUBLE, 1) : sequences(DataType.DOUBLE, 1);
  }

  static Stream<Arguments> masksAndSteps() {
    return Stream.of(false, true)
        .flatMap(masks -> Stream.of(1, 3, LENGTH).map(steps -> Arguments.of(masks, steps)));
  }

  static Stream<Arguments> masksAndFormats() {
    return Stream.of(false, true)
        .flatMap(masks -> Stream.of(RNNFormat.values()).map(format -> Arguments.of(masks, format)));
  }

  @ParameterizedTest
  @MethodSource("masksAndFormats")
  void gradientsThroughTwoLayersAreThoseOfDifferences(boolean masks, RNNFormat format) {
    MultiLayerNetwork network =
        network(
            settings(DataType.DOUBLE).updater(new NoOp()).l2(0.01),
            format,
            layer(LENGTH).nOut(2).initialGamma(0.7).build(),
            layer(3).nOut(2).initialGamma(0.4).build());
    DataSet data =
        format == RNNFormat.NCW ? data(masks) : RecurrentNetworks.stepsFirst(data(masks));
    assertGradients(network, data);
  }

  /**
   * The running statistics are excluded: in training the loss does not depend on them, and what
   * stands in their place of the gradient is the step that they make.
   */
  private static void assertGradients(MultiLayerNetwork network, DataSet data) {
    Set<String> statistics =
        network.paramTable().keySet().stream()
            .filter(name -> name.contains("mean") || name.contains("variance"))
            .collect(Collectors.toSet());
    assertThat(statistics).hasSize(12);
    assertThat(
            GradientCheckUtil.checkGradients(
                new GradientCheckUtil.MLNConfig()
                    .net(network)
                    .input(data.getFeatures())
                    .labels(data.getLabels())
                    .inputMask(data.getFeaturesMaskArray())
                    .labelMask(data.getLabelsMaskArray())
                    .epsilon(1e-6)
                    .maxRelError(1e-5)
                    .minAbsoluteError(1e-8)
                    .excludeParams(statistics)))
        .isTrue();
  }

  @ParameterizedTest
  @MethodSource("masksAndSteps")
  void outputsAreThoseOfTheEquations(boolean masks, int steps) {
    MultiLayerNetwork network = small(steps);
    DataSet data = data(masks);
    network.fit(data);
    for (boolean training : new boolean[] {true, false}) {
      network.setLayerMaskArrays(data.getFeaturesMaskArray(), null);
      INDArray outputs = network.feedForward(data.getFeatures(), training).get(1);
      double[][][] expected =
          byHand(network).outputs(data.getFeatures(), data.getFeaturesMaskArray(), training);
      for (int n = 0; n < SEQUENCES; n++) {
        for (int j = 0; j < OUTPUTS; j++) {
          for (int t = 0; t < LENGTH; t++) {
            assertThat(outputs.getDouble(n, j, t))
                .as("sequence %d, output %d, step %d, training %s", n, j, t, training)
                .isCloseTo(expected[t][n][j], within(1e-12));
          }
        }
      }
    }
  }

  private static LstmByHand byHand(MultiLayerNetwork network) {
    return new LstmByHand(network.getLayer(0).paramTable(), BatchNormLstm.PAPER_EPSILON);
  }

  @ParameterizedTest
  @MethodSource("masksAndSteps")
  void eachStepsRunningStatisticsMoveTowardsTheBatchs(boolean masks, int steps) {
    MultiLayerNetwork network = small(steps);
    DataSet data = data(masks);
    LstmByHand byHand = byHand(network);
    byHand.outputs(data.getFeatures(), data.getFeaturesMaskArray(), true);
    network.fit(data);
    byHand.statistics.forEach(
        (name, batch) -> {
          INDArray running = network.getLayer(0).getParam(name);
          double initial = name.startsWith("mean") ? 0 : 1;
          for (int row = 0; row < steps; row++) {
            int last = row == steps - 1 ? LENGTH - 1 : row;
            for (int j = 0; j < running.columns(); j++) {
              double average = 0;
              for (int t = row; t <= last; t++) {
                average += batch[t][j] / (last - row + 1);
              }
              assertThat(running.getDouble(row, j))
                  .as("%s, row %d, value %d", name, row, j)
                  .isCloseTo(0.99 * initial + 0.01 * average, within(1e-12));
            }
          }
        });
  }

  @Test
  void neitherLearningRateNorClippingNorBatchSizeTouchesTheStatistics() {
    MultiLayerNetwork plain = small(LENGTH);
    MultiLayerNetwork clipped =
        network(
            settings(DataType.DOUBLE)
                .updater(new Sgd(0))
                .miniBatch(false)
                .gradientNormalization(GradientNormalization.ClipL2PerLayer)
                .gradientNormalizationThreshold(1e-9),
            RNNFormat.NCW,
            layer(LENGTH).build());
    plain.fit(data(false));
    clipped.fit(data(false));
    assertThat(statistics(clipped))
        .isEqualTo(statistics(plain))
        .isNotEqualTo(statistics(small(LENGTH)));
  }

  private static Map<String, INDArray> statistics(MultiLayerNetwork network) {
    return network.paramTable().entrySet().stream()
        .filter(entry -> entry.getKey().matches("0_(mean|variance).*"))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  @Test
  void inferenceMovesNothingAndDependsOnNoOtherSequence() {
    MultiLayerNetwork network = small(LENGTH);
    network.fit(data(false));
    INDArray before = network.params().dup();
    INDArray features = data(false).getFeatures();
    INDArray together = network.output(features);
    INDArray alone = network.output(features.get(NDArrayIndex.interval(2, 3)));
    assertThat(alone.equalsWithEps(together.get(NDArrayIndex.interval(2, 3)), 1e-12)).isTrue();
    network.output(features, true);
    assertThat(network.params()).isEqualTo(before);
  }

  @Test
  void stepByStepGivesWhatTheWholeSequenceDoes() {
    MultiLayerNetwork network = small(3);
    network.fit(data(false));
    INDArray features = data(false).getFeatures();
    INDArray whole = network.output(features);
    INDArray first = network.rnnTimeStep(features.get(all(), all(), NDArrayIndex.interval(0, 2)));
    assertSame(first, whole.get(all(), all(), NDArrayIndex.interval(0, 2)));
    for (int t = 2; t < LENGTH; t++) {
      INDArray step = network.rnnTimeStep(features.get(all(), all(), NDArrayIndex.point(t)));
      assertSame(step, whole.get(all(), all(), NDArrayIndex.point(t)));
    }
    assertThatIllegalStateException()
        .isThrownBy(
            () -> network.rnnTimeStep(features.get(NDArrayIndex.interval(0, 2), all(), all())))
        .withMessageContaining("has the state of 6 sequences and got 2");
    network.rnnClearPreviousState();
    assertSame(
        network.rnnTimeStep(features.get(all(), all(), NDArrayIndex.point(0))),
        whole.get(all(), all(), NDArrayIndex.point(0)));
  }

  private static org.nd4j.linalg.indexing.INDArrayIndex all() {
    return NDArrayIndex.all();
  }

  private static void assertSame(INDArray actual, INDArray expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.equalsWithEps(expected, 1e-12)).as("%s is %s", actual, expected).isTrue();
  }

  @Test
  void theNoiseIsInTrainingOnlyAndOtherwiseFirstStatesAreZero() {
    MultiLayerNetwork network =
        network(
            settings(DataType.DOUBLE), RNNFormat.NCW, layer(LENGTH).initialStateNoise(0.1).build());
    INDArray features = data(false).getFeatures();
    assertThat(network.output(features, true)).isNotEqualTo(small(LENGTH).output(features, true));
    assertThat(network.output(features)).isEqualTo(network.output(features));
    assertThat(network.output(features)).isEqualTo(small(LENGTH).output(features));
  }

  @Test
  void theNoiseIsAnotherInEachStepAndTheSameInTheSameStep() {
    MultiLayerNetwork network =
        network(
            settings(DataType.DOUBLE), RNNFormat.NCW, layer(LENGTH).initialStateNoise(0.1).build());
    INDArray features = data(false).getFeatures();
    INDArray first = network.output(features, true);
    Nd4j.rand(3); // Whatever else draws numbers.
    assertThat(network.output(features, true)).isEqualTo(first);
    network.getLayer(0).setIterationCount(1);
    assertThat(network.output(features, true)).isNotEqualTo(first);
  }

  @Test
  void noiseHasTheMeanAndTheDeviationThatItSays() {
    double[] values = InitialStateNoise.values(0.5, 3, 1, 7, 100_000);
    assertThat(Arrays.stream(values).average().orElseThrow()).isCloseTo(0, within(0.01));
    assertThat(Arrays.stream(values).map(value -> value * value).average().orElseThrow())
        .isCloseTo(0.25, within(0.005));
    assertThat(InitialStateNoise.values(0.5, 3, 1, 7, 5)).isEqualTo(Arrays.copyOf(values, 5));
    assertThat(InitialStateNoise.values(0.5, 3, 2, 7, 5)).isNotEqualTo(Arrays.copyOf(values, 5));
    assertThat(InitialStateNoise.values(0.5, 4, 1, 7, 5)).isNotEqualTo(Arrays.copyOf(values, 5));
  }

  @Test
  void aStepThatAllSequencesBeginAlikeWithIsNormalizedToZero() {
    MultiLayerNetwork network = small(LENGTH);
    INDArray alike = Nd4j.ones(DataType.DOUBLE, SEQUENCES, RecurrentNetworks.INPUTS, LENGTH);
    network.fit(alike, data(false).getLabels());
    assertThat(network.params().isNaN().any()).isFalse();
    assertThat(network.params().isInfinite().any()).isFalse();
  }

  @Test
  void parametersStartAsThePaperHasThem() {
    Map<String, INDArray> parameters = small(LENGTH).getLayer(0).paramTable();
    assertThat(parameters.keySet())
        .containsExactly(
            "W",
            "RW",
            "b",
            "gammaInput",
            "gammaState",
            "gammaCell",
            "betaCell",
            "meanInput",
            "varianceInput",
            "meanState",
            "varianceState",
            "meanCell",
            "varianceCell");
    assertThat(parameters.get("b").toDoubleVector())
        .containsExactly(0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    for (String gamma : new String[] {"gammaInput", "gammaState", "gammaCell"}) {
      assertThat(parameters.get(gamma).toDoubleVector()).containsOnly(0.1);
    }
    assertThat(parameters.get("betaCell").toDoubleVector()).containsOnly(0);
    assertThat(parameters.get("meanState").shape()).containsExactly(LENGTH, 4 * OUTPUTS);
    assertThat(parameters.get("varianceCell").shape()).containsExactly(LENGTH, OUTPUTS);
    INDArray recurrent = parameters.get("RW");
    for (int block = 0; block < 4; block++) {
      INDArray each =
          recurrent.get(all(), NDArrayIndex.interval(block * OUTPUTS, (block + 1) * OUTPUTS));
      assertSame(each.mmul(each.transpose()), Nd4j.eye(OUTPUTS).castTo(DataType.DOUBLE));
      assertThat(each.equalsWithEps(Nd4j.eye(OUTPUTS).castTo(DataType.DOUBLE), 1e-12))
          .isEqualTo(block == 0);
    }
    INDArray weights = parameters.get("W");
    assertSame(
        weights.mmul(weights.transpose()),
        Nd4j.eye(RecurrentNetworks.INPUTS).castTo(DataType.DOUBLE));
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> layer(0).build())
        .withMessage("steps must be at least 1, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> layer(1).decay(1).build())
        .withMessageContaining("decay must be in [0, 1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> layer(1).epsilon(0).build())
        .withMessageContaining("epsilon must be above 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> layer(1).initialGamma(0).build())
        .withMessageContaining("initialGamma must not be 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> layer(1).initialStateNoise(-1).build())
        .withMessageContaining("initialStateNoise must be at least 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> layer(1).activation(Activation.RELU))
        .withMessageContaining("is tanh");
  }

  @Test
  void inputOfAnotherSizeIsRefused() {
    MultiLayerNetwork network = small(LENGTH);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.output(Nd4j.zeros(DataType.DOUBLE, 2, 7, LENGTH)))
        .withMessageContaining("needs [N,features,T] with 3 features");
  }
}
