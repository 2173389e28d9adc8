package io.bnzoo.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.spec.Normalization;
import io.bnzoo.zoo.DeepCnn;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NativeBackendTest {
  private static final LabeledImages BATCH = TestDigits.draw(16, 21);

  @AfterEach
  void turnHelpersOn() {
    System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "false");
  }

  @Test
  void theStatusIsOneLineThatNamesTheBinary() {
    NativeBackend.Status status = NativeBackend.enableOneDnn();
    assertThat(status.description()).contains("oneDNN is ", "ND4J binary ");
    assertThat(status.description().lines()).hasSize(1);
    assertThat(NativeBackend.enableOneDnn()).isSameAs(status);
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
  void oneDnnGivesTheLossesOfDeeplearning4jsOwnCode(Normalization normalization) {
    assumeTrue(NativeBackend.enableOneDnn().oneDnn(), "skipped: oneDNN is not available here");
    MultiLayerNetwork fast = network(normalization);
    System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "true");
    MultiLayerNetwork stock = network(normalization);
    assertThat(helperOfFirstConvolution(stock)).isFalse();
    List<Double> expected = losses(stock);
    List<Double> found = losses(fast);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i)).isCloseTo(expected.get(i), withinPercentage(0.05));
    }
  }

  @Test
  void threadsAreAtLeastOne() {
    assertThatIllegalArgumentException().isThrownBy(() -> NativeBackend.useThreads(0));
  }

  private static MultiLayerNetwork network(Normalization normalization) {
    return DeepCnn.builder().normalization(normalization).build().init();
  }

  private static boolean helperOfFirstConvolution(MultiLayerNetwork network) {
    return ((ConvolutionLayer) network.getLayer("conv01")).getHelper() != null;
  }

  private static List<Double> losses(MultiLayerNetwork network) {
    return IntStream.range(0, 5)
        .mapToObj(
            step -> {
              network.fit(BATCH.images().reshape('c', 16, 1, 28, 28), BATCH.oneHotLabels());
              return network.score();
            })
        .toList();
  }
}
