package io.bnzoo.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

class NativeBackendTest {
  private static final LabeledImages BATCH = TestDigits.draw(16, 21);

  @AfterEach
  void turnHelpersOn() {
    System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "false");
  }

  @Test
  void theStatusIsOneLineThatNamesTheBinary() {
    NativeBackend.Status status = NativeBackend.enableOneDnn();
    assertThat(status.description()).startsWith("oneDNN is ");
    assertThat(status.description().lines()).hasSize(1);
    assertThat(NativeBackend.enableOneDnn()).isSameAs(status);
  }

  @Test
  void oneDnnIsOnWhereTheBinaryAndTheProcessorAreThere() throws IOException {
    Path processor = Path.of("/proc/cpuinfo");
    assumeTrue(
        Files.exists(processor)
            && Files.readString(processor).contains("avx2")
            && System.getProperty("java.class.path").contains("linux-x86_64-onednn-avx2"),
        "skipped: this machine has no binary with oneDNN or no AVX2");
    assertThat(NativeBackend.enableOneDnn().description())
        .isEqualTo("oneDNN is on: ND4J binary linux-x86_64-onednn-avx2");
  }

  @Test
  void whereOneDnnIsOnConvolutionsGoThroughIt() {
    assumeTrue(NativeBackend.enableOneDnn().oneDnn(), "skipped: oneDNN is not available here");
    assertThat(helperOfFirstConvolution(network(Normalization.none()))).isTrue();
  }

  static List<Normalization> normalizations() {
    return List.of(Normalization.none(), Normalization.batchNorm());
  }

  @ParameterizedTest
  @MethodSource("normalizations")
  void oneDnnGivesTheLossAndGradientsOfDeeplearning4jsOwnCode(Normalization normalization) {
    assumeTrue(NativeBackend.enableOneDnn().oneDnn(), "skipped: oneDNN is not available here");
    MultiLayerNetwork fast = network(normalization);
    System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "true");
    MultiLayerNetwork stock = network(normalization);
    assertThat(helperOfFirstConvolution(stock)).isFalse();

    Map<String, INDArray> found = gradients(fast);
    Map<String, INDArray> expected = gradients(stock);
    assertThat(fast.score()).isCloseTo(stock.score(), within(1e-6));
    assertThat(found).hasSameSizeAs(expected);
    expected.forEach(
        (name, gradient) ->
            assertThat(found.get(name).sub(gradient).norm2Number().doubleValue())
                .as("difference of the gradient of %s", name)
                .isLessThanOrEqualTo(1e-4 * gradient.norm2Number().doubleValue()));
  }

  @Test
  void threadsAreAtLeastOne() {
    assertThatIllegalArgumentException().isThrownBy(() -> NativeBackend.useThreads(0));
  }

  private static MultiLayerNetwork network(Normalization normalization) {
    // A ReLU would turn the rounding of a single value near 0 into a gradient that differs by
    // percents; a smooth activation lets the two be compared closely.
    return DeepCnn.builder()
        .dataFormat(CNN2DFormat.NCHW)
        .normalization(normalization)
        .activation(Activation.TANH)
        .build()
        .init();
  }

  private static boolean helperOfFirstConvolution(MultiLayerNetwork network) {
    return ((ConvolutionLayer) network.getLayer("conv01")).getHelper() != null;
  }

  private static Map<String, INDArray> gradients(MultiLayerNetwork network) {
    network.setInput(BATCH.images().reshape('c', 16, 1, 28, 28));
    network.setLabels(BATCH.oneHotLabels());
    network.computeGradientAndScore();
    return network.gradient().gradientForVariable();
  }
}
