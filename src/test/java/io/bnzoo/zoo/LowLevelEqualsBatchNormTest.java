package io.bnzoo.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * The layer by hand and Deeplearning4j's, trained side by side on the same batches.
 *
 * <p>A deep network of ReLUs is chaotic: one value within rounding of 0 that falls on the other
 * side changes a gradient by percents, and any two right implementations drift apart. So the deep
 * CNN is compared in doubles with small steps, and in floats with a smooth activation.
 */
class LowLevelEqualsBatchNormTest {
  private static final int BATCH = 64;

  static Stream<Normalization> byHand() {
    return Stream.of(Normalization.lowLevel(), Normalization.speltOut());
  }

  @ParameterizedTest
  @MethodSource("byHand")
  void theMlpIsTheSameAfterFiftySteps(Normalization byHand) {
    assertMlpIsSame(byHand, Activation.SIGMOID, 1e-6);
  }

  @ParameterizedTest
  @MethodSource("byHand")
  void theMlpOfReLusIsNearlyTheSameAfterFiftySteps(Normalization byHand) {
    assertMlpIsSame(byHand, Activation.RELU, 1e-4);
  }

  @Test
  void theDeepCnnIsTheSameAfterTwentyStepsInDoubles() {
    assertSame(
        inDoubles(cnn(Normalization.lowLevel(), Activation.RELU, 0.001)),
        inDoubles(cnn(Normalization.batchNorm(), Activation.RELU, 0.001)),
        20,
        1e-8,
        BATCH,
        1,
        28,
        28);
  }

  @ParameterizedTest
  @MethodSource("byHand")
  void theDeepCnnIsTheSameAfterTwentyStepsInFloats(Normalization byHand) {
    assertSame(
        cnn(byHand, Activation.TANH, 0.01),
        cnn(Normalization.batchNorm(), Activation.TANH, 0.01),
        20,
        1e-5,
        BATCH,
        1,
        28,
        28);
  }

  private static void assertMlpIsSame(
      Normalization byHand, Activation activation, double tolerance) {
    assertSame(
        mlp(byHand, activation),
        mlp(Normalization.batchNorm(), activation),
        50,
        tolerance,
        BATCH,
        784);
  }

  private static MultiLayerNetwork mlp(Normalization normalization, Activation activation) {
    return ThreeLayerMlp.builder()
        .normalization(normalization)
        .activation(activation)
        .build()
        .init();
  }

  private static MultiLayerNetwork cnn(
      Normalization normalization, Activation activation, double learningRate) {
    return DeepCnn.builder()
        .dataFormat(CNN2DFormat.NCHW)
        .normalization(normalization)
        .initialWeights(InitialWeights.glorotUniform())
        .activation(activation)
        .updater(new Sgd(learningRate))
        .build()
        .init();
  }

  private static MultiLayerNetwork inDoubles(MultiLayerNetwork network) {
    return network.convertDataType(DataType.DOUBLE);
  }

  /** Losses on the way and all parameters at the end. */
  private static void assertSame(
      MultiLayerNetwork byHand,
      MultiLayerNetwork builtIn,
      int steps,
      double tolerance,
      long... shape) {
    INDArray before = byHand.params().dup();
    LabeledImages images = TestDigits.draw(steps * BATCH, 1);
    for (int step = 0; step < steps; step++) {
      LabeledImages batch = images.slice(step * BATCH, (step + 1) * BATCH);
      byHand.fit(batch.images().reshape('c', shape), batch.oneHotLabels());
      builtIn.fit(batch.images().reshape('c', shape), batch.oneHotLabels());
      assertThat(byHand.score())
          .as("step %d", step)
          .isCloseTo(builtIn.score(), within(10 * tolerance));
    }
    assertThat(byHand.params().sub(before).norm2Number().doubleValue()).isGreaterThan(0.1);
    builtIn
        .paramTable()
        .forEach(
            (name, expected) -> {
              String own =
                  name.replace("_mean", "_populationMean").replace("_var", "_populationVariance");
              ArrayAssert.assertClose(
                  byHand.getParam(own).reshape(expected.shape()), expected, tolerance, tolerance);
            });
  }
}
