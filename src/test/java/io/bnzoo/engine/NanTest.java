package io.bnzoo.engine;

import static io.bnzoo.engine.Networks.network;
import static io.bnzoo.engine.Networks.output;
import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** A NaN inside a network, which oneDNN's activation functions would make a number of. */
class NanTest {
  private static final LabeledImages BATCH = TestDigits.draw(6, 5);

  static Stream<Arguments> normalized() {
    return Stream.of(Normalization.batchNorm(), Normalization.lowLevel())
        .flatMap(
            normalization ->
                Stream.of(
                    Arguments.of(
                        normalization,
                        ThreeLayerMlp.builder().normalization(normalization).build().init()),
                    Arguments.of(
                        normalization,
                        DeepCnn.builder().normalization(normalization).build().init())));
  }

  @ParameterizedTest
  @MethodSource("normalized")
  void aNegativeRunningVarianceMakesEveryPredictionNaN(
      Normalization normalization, MultiLayerNetwork network) {
    variance(network, 1).putScalar(0, -1);
    assertThat(nanRowsOfBoth(network, BATCH)).containsOnly(true);
  }

  @Test
  void aVarianceThatEpsilonMakesPositiveDoesNot() {
    MultiLayerNetwork network =
        ThreeLayerMlp.builder().normalization(Normalization.batchNorm()).build().init();
    variance(network, 1).putScalar(0, -0.0005);
    assertThat(nanRowsOfBoth(network, BATCH)).containsOnly(false);
  }

  @ParameterizedTest
  @MethodSource("normalized")
  void aNegativeRunningVarianceIsOfNoImportanceToAStep(
      Normalization normalization, MultiLayerNetwork network) {
    variance(network, 1).putScalar(0, -1);
    try (Engine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      assertThat(engine.step(BATCH)).isFinite();
    }
  }

  @ParameterizedTest
  @MethodSource("normalized")
  void aParameterThatIsNaNMakesPredictionsAndStepsNaN(
      Normalization normalization, MultiLayerNetwork network) {
    network.getLayer(0).getParam("W").putScalar(0, Double.NaN);
    assertThat(nanRowsOfBoth(network, BATCH)).containsOnly(true);
    try (Engine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      assertThat(engine.step(BATCH)).isNaN();
    }
  }

  static Stream<Activation> activations() {
    return Stream.of(Activation.RELU, Activation.SIGMOID, Activation.TANH);
  }

  @ParameterizedTest
  @MethodSource("activations")
  void noActivationMakesANumberOfNaN(Activation activation) {
    MultiLayerNetwork network = dense(activation, 5, 4);
    network.getLayer(0).getParam("b").putScalar(2, Double.NaN);
    assertThat(nanRowsOfBoth(network, BATCH)).containsOnly(true);
  }

  @Test
  void aNaNOfTheOutputLayerStaysInItsColumn() {
    MultiLayerNetwork network = dense(Activation.RELU, 5);
    network.getLayer(1).getParam("b").putScalar(3, Double.NaN);
    for (boolean fast : new boolean[] {false, true}) {
      try (Engine engine =
          fast
              ? new OneDnnEngine(network, ImageShape.MNIST, 1)
              : new Dl4jEngine(network, ImageShape.MNIST)) {
        float[] logits = engine.logits(BATCH, Statistics.RUNNING).values();
        for (int k = 0; k < 10; k++) {
          assertThat(Float.isNaN(logits[10 + k])).isEqualTo(k == 3);
        }
      }
    }
  }

  /**
   * Of a kernel only the middle meets the one pixel that is left, and where oneDNN convolves, the
   * rest is not even multiplied by 0.
   */
  @Test
  void aNaNThatMeetsPaddingOnlyIsOneAllTheSame() {
    MultiLayerNetwork network =
        network(
            new NeuralNetConfiguration.Builder().seed(3),
            InputType.convolutional(28, 28, 1),
            new ConvolutionLayer.Builder(28, 28).nOut(3).activation(Activation.RELU).build(),
            new ConvolutionLayer.Builder(3, 3)
                .padding(1, 1)
                .nOut(3)
                .activation(Activation.RELU)
                .build(),
            output(LossFunctions.LossFunction.MCXENT, Activation.SOFTMAX));
    network.getLayer(1).getParam("W").putScalar(new int[] {0, 0, 0, 0}, Double.NaN);
    try (Engine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      assertThat(nanRows(engine.logits(BATCH, Statistics.RUNNING))).containsOnly(true);
    }
  }

  /** A white image overflows to infinity, and infinity minus infinity is NaN; a black one is 0. */
  @Test
  void anOverflowMakesTheImageNaNThatItHappensIn() {
    MultiLayerNetwork network = dense(Activation.RELU, 2, 1);
    network.getLayer(0).getParam("W").assign(1e37);
    network.getLayer(1).getParam("W").putScalar(0, 1).putScalar(1, -1);
    byte[] pixels = new byte[3 * LabeledImages.PIXELS];
    Arrays.fill(pixels, LabeledImages.PIXELS, 2 * LabeledImages.PIXELS, (byte) 255);
    LabeledImages blackWhiteBlack = new LabeledImages(pixels, new byte[3]);
    assertThat(nanRowsOfBoth(network, blackWhiteBlack)).containsExactly(false, true, false);
    try (Engine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      assertThat(engine.step(blackWhiteBlack)).isNaN();
    }
  }

  /** Parameters that are small each, but not one after the other. */
  @Test
  void anOverflowInTheDepthIsFoundAsWell() {
    int[] units = new int[14];
    Arrays.fill(units, 2);
    MultiLayerNetwork network = dense(Activation.RELU, units);
    for (int i = 0; i < 13; i++) {
      network.getLayer(i).getParam("W").assign(1000);
    }
    network.getLayer(13).getParam("W").putScalar(0, 1000).putScalar(2, -1000);
    network.getLayer(13).getParam("W").putScalar(1, 1000).putScalar(3, -1000);
    assertThat(nanRowsOfBoth(network, BATCH)).containsOnly(true);
  }

  @Test
  void largeParametersAloneAreNoNaN() {
    MultiLayerNetwork network = dense(Activation.RELU, 5);
    network.getLayer(0).getParam("W").muli(1e25);
    assertThat(nanRowsOfBoth(network, BATCH)).containsOnly(false);
  }

  @Test
  void aStepThatWentTooFarShowsInThePredictionAfterIt() {
    MultiLayerNetwork network =
        network(
            new NeuralNetConfiguration.Builder().seed(3).updater(new Sgd(1e30)),
            InputType.feedForward(784),
            new DenseLayer.Builder().nOut(5).activation(Activation.IDENTITY).build(),
            new BatchNormalization.Builder().useLogStd(false).build(),
            new DenseLayer.Builder().nOut(5).activation(Activation.RELU).build(),
            new DenseLayer.Builder().nOut(5).activation(Activation.RELU).build(),
            output(LossFunctions.LossFunction.MCXENT, Activation.SOFTMAX));
    try (Engine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      engine.step(BATCH);
      Logits logits = engine.logits(BATCH, Statistics.RUNNING);
      assertThat(engine.loss().mean(logits, BATCH)).isNaN();
    }
  }

  private static MultiLayerNetwork dense(Activation activation, int... units) {
    org.deeplearning4j.nn.conf.layers.Layer[] layers =
        Stream.concat(
                Arrays.stream(units)
                    .mapToObj(
                        count ->
                            new DenseLayer.Builder().nOut(count).activation(activation).build()),
                Stream.of(output(LossFunctions.LossFunction.MCXENT, Activation.SOFTMAX)))
            .toArray(org.deeplearning4j.nn.conf.layers.Layer[]::new);
    return network(
        new NeuralNetConfiguration.Builder().seed(3).updater(new Sgd(0.1)),
        InputType.feedForward(784),
        layers);
  }

  /** The variances of the normalization with the given number, from 0. */
  private static INDArray variance(MultiLayerNetwork network, int number) {
    return Arrays.stream(network.getLayers())
        .map(Layer::paramTable)
        .flatMap(table -> Stream.of("var", "populationVariance").map(table::get))
        .filter(Objects::nonNull)
        .skip(number)
        .findFirst()
        .orElseThrow();
  }

  /** Which images have a NaN among their logits: the same ones on both engines. */
  private static Boolean[] nanRowsOfBoth(MultiLayerNetwork network, LabeledImages images) {
    try (Engine reference = new Dl4jEngine(network, ImageShape.MNIST);
        Engine fast = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      Boolean[] expected = nanRows(reference.logits(images, Statistics.RUNNING));
      assertThat(nanRows(fast.logits(images, Statistics.RUNNING))).isEqualTo(expected);
      return expected;
    }
  }

  private static Boolean[] nanRows(Logits logits) {
    INDArray rows = logits.array();
    return IntStream.range(0, logits.size())
        .mapToObj(row -> Double.isNaN(rows.getRow(row).sumNumber().doubleValue()))
        .toArray(Boolean[]::new);
  }
}
