package io.bnzoo.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Placement;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.util.Locale;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkSummaryTest {
  private static final int TRAINED = 784 * 100 + 2 * 100 * 100 + 3 * 200 + 100 * 10 + 10;

  @ParameterizedTest
  @CsvSource({"batch-norm, BatchNormalization", "low-level, LowLevelBatchNormalization"})
  void runningStatisticsAreNoTrainedParameters(String normalization, String type) {
    String text =
        NetworkSummary.of(
            mlp(
                normalization.equals("low-level")
                    ? Normalization.lowLevel()
                    : Normalization.batchNorm()));
    assertThat(text)
        .contains(
            String.format(
                Locale.ROOT,
                "%ntrained parameters %,d, frozen parameters 0, running statistics 600%n",
                TRAINED));
    assertThat(text.lines().filter(line -> line.startsWith("fc2-bn ")).toList())
        .singleElement()
        .asString()
        .matches("fc2-bn +" + type + " +100 +100 +200 +200");
  }

  @Test
  void frozenParametersAreCountedByThemselves() {
    MultiLayerNetwork network = mlp(Normalization.none());
    MultiLayerNetwork frozen = new TransferLearning.Builder(network).setFeatureExtractor(0).build();
    assertThat(NetworkSummary.of(frozen))
        .contains("DenseLayer, frozen")
        .contains("frozen parameters 78,500, running statistics 0");
  }

  @Test
  void deeplearning4jsOwnSummaryNamesTheLayersToo() {
    String text =
        mlp(Normalization.lowLevel().placed(Placement.BEFORE_ACTIVATION_THEN_BIAS)).summary();
    assertThat(text)
        .contains("fc1-bn (LowLevelBatchNormalization$InNetwork)")
        .contains("fc1-bias (ChannelwiseBias$BiasRuntime)");
  }

  private static MultiLayerNetwork mlp(Normalization normalization) {
    return ThreeLayerMlp.builder().normalization(normalization).build().init();
  }
}
