package io.bnzoo.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Gradients of small networks with oneDNN on, compared with Deeplearning4j's own code in double
 * precision, which uses no oneDNN.
 */
class OneDnnGradientsTest {

  /** Layers of {@link SmallNetworks}, one after the other, before an output layer. */
  record Trial(CNN2DFormat format, List<String> kinds, Activation activation, int batch) {}

  @BeforeEach
  void oneDnnIsHere() {
    assumeTrue(NativeBackend.enableOneDnn().oneDnn(), "skipped: oneDNN is not available here");
  }

  @AfterEach
  void turnHelpersOn() {
    System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "false");
  }

  static Stream<Trial> trials() {
    String convolution = "convolution Same kernel 3 stride 2";
    List<List<String>> networks =
        List.of(
            List.of(convolution),
            List.of("convolution Truncate kernel 2 stride 1"),
            List.of("convolution with padding"),
            List.of(convolution, convolution),
            List.of("batch norm", convolution),
            List.of(convolution, "batch norm", "activation"),
            List.of(convolution, "pooling MAX Same"),
            List.of(convolution, "pooling AVG that divides by what is there"),
            List.of(convolution, "local response normalization", "global pooling"),
            List.of("deconvolution", "depthwise convolution"));
    return Stream.of(CNN2DFormat.values())
        .flatMap(
            format ->
                networks.stream()
                    .flatMap(
                        kinds ->
                            Stream.of(
                                new Trial(format, kinds, Activation.RELU, 5),
                                new Trial(format, kinds, Activation.TANH, 1))));
  }

  @ParameterizedTest
  @MethodSource("trials")
  void gradientsAreThoseOfDoublePrecision(Trial trial) {
    check(trial);
  }

  static Stream<Trial> everyActivation() {
    return Stream.of(CNN2DFormat.values())
        .flatMap(
            format ->
                Arrays.stream(Activation.values())
                    // RRELU draws random numbers.
                    .filter(activation -> activation != Activation.RRELU)
                    .flatMap(
                        activation ->
                            singleKinds()
                                .flatMap(
                                    kind ->
                                        Stream.of(
                                            new Trial(format, List.of(kind), activation, 5),
                                            new Trial(format, List.of(kind), activation, 1)))));
  }

  /** Without the one that writes over its input in Deeplearning4j, too, where it comes first. */
  private static Stream<String> singleKinds() {
    return SmallNetworks.kinds().keySet().stream().filter(kind -> !kind.equals("activation"));
  }

  @Tag("slow") // A minute.
  @ParameterizedTest
  @MethodSource("everyActivation")
  void gradientsWithEveryActivationAreThoseOfDoublePrecision(Trial trial) {
    check(trial);
  }

  static Stream<Trial> everyPair() {
    return Stream.of(CNN2DFormat.values())
        .flatMap(
            format ->
                singleKinds()
                    .filter(first -> !first.equals("dense") && !first.equals("global pooling"))
                    .flatMap(
                        first ->
                            SmallNetworks.kinds().keySet().stream()
                                .map(
                                    second ->
                                        new Trial(
                                            format, List.of(first, second), Activation.RELU, 5))));
  }

  @Tag("slow") // Two minutes.
  @ParameterizedTest
  @MethodSource("everyPair")
  void gradientsOfEveryPairOfLayersAreThoseOfDoublePrecision(Trial trial) {
    check(trial);
  }

  private static void check(Trial trial) {
    INDArray images = images(trial);
    INDArray labels = labels(trial.batch());
    System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "true");
    MultiLayerNetwork exact;
    Map<String, INDArray> expected;
    INDArray predictions;
    try {
      exact = network(trial, DataType.DOUBLE);
      // Single precision has these parameters, too.
      exact.setParams(exact.params().castTo(DataType.FLOAT).castTo(DataType.DOUBLE));
      expected = gradients(exact, images.castTo(DataType.DOUBLE), labels.castTo(DataType.DOUBLE));
      predictions = exact.output(images.castTo(DataType.DOUBLE));
    } catch (RuntimeException e) {
      abort("skipped: Deeplearning4j itself cannot run it: " + e.getMessage());
      return;
    }
    System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "false");
    MultiLayerNetwork fast = network(trial, DataType.FLOAT);
    fast.setParams(exact.params().castTo(DataType.FLOAT));
    Map<String, INDArray> found = gradients(fast, images, labels);
    assertThat(fast.score()).isCloseTo(exact.score(), within(1e-4));
    double largest =
        expected.values().stream().mapToDouble(OneDnnGradientsTest::norm).max().orElseThrow();
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, gradient) ->
            assertThat(norm(found.get(name).castTo(DataType.DOUBLE).sub(gradient)))
                .as("difference of the gradient of %s", name)
                .isLessThanOrEqualTo(1e-3 * norm(gradient) + 1e-5 * largest));
    INDArray difference = fast.output(images).castTo(DataType.DOUBLE).sub(predictions);
    assertThat(norm(difference)).as("difference of the predictions").isLessThan(1e-4);
  }

  private static MultiLayerNetwork network(Trial trial, DataType type) {
    List<Layer> layers = SmallNetworks.layers(trial.format(), trial.activation(), trial.kinds());
    MultiLayerNetwork network =
        new MultiLayerNetwork(SmallNetworks.of(trial.format(), type, layers));
    network.init();
    return network;
  }

  private static INDArray images(Trial trial) {
    Nd4j.getRandom().setSeed(2);
    long[] shape =
        trial.format() == CNN2DFormat.NCHW
            ? new long[] {
              trial.batch(), SmallNetworks.CHANNELS, SmallNetworks.HEIGHT, SmallNetworks.WIDTH
            }
            : new long[] {
              trial.batch(), SmallNetworks.HEIGHT, SmallNetworks.WIDTH, SmallNetworks.CHANNELS
            };
    return Nd4j.rand(DataType.FLOAT, shape).subi(0.5);
  }

  private static INDArray labels(int batch) {
    INDArray labels = Nd4j.zeros(DataType.FLOAT, batch, SmallNetworks.CLASSES);
    for (int i = 0; i < batch; i++) {
      labels.putScalar(i, i % SmallNetworks.CLASSES, 1);
    }
    return labels;
  }

  /** By name, copied; those of a fixed gamma and beta are in memory that is gone. */
  private static Map<String, INDArray> gradients(
      MultiLayerNetwork network, INDArray images, INDArray labels) {
    network.setInput(images);
    network.setLabels(labels);
    network.computeGradientAndScore();
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    List<String> trained = new ArrayList<>(network.paramTable().keySet());
    network
        .gradient()
        .gradientForVariable()
        .forEach(
            (name, gradient) -> {
              if (trained.contains(name)) {
                gradients.put(name, gradient.dup());
              }
            });
    return gradients;
  }

  private static double norm(INDArray array) {
    return array.norm2Number().doubleValue();
  }
}
