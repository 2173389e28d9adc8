package io.bnzoo.zoo;

import static io.bnzoo.ArrayAssert.assertSameBits;
import static io.bnzoo.zoo.WrittenBlocks.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HiddenBlocksTest {

  /** One object for all blocks, without a name. */
  private static final BatchNormalization NORMALIZATION =
      new BatchNormalization.Builder().decay(0.99).eps(1e-3).useLogStd(false).build();

  private static final WrittenBlocks.Block NORMALIZED =
      (linear, activation) -> List.of(WrittenBlocks.withoutBias(linear), NORMALIZATION, activation);

  private static final HiddenBlocks BATCH_NORM = new WrittenBlocks(NORMALIZED, NORMALIZED);

  private static ModelBuilder<? extends BatchNormModel> builder(String id) {
    return Zoo.find(id).orElseThrow().builder().get().seed(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {DeepCnn.ID, ThreeLayerMlp.ID})
  void batchNormPutInByHandIsTheZoosOwn(String id) {
    MultiLayerConfiguration byHand = HiddenBlocks.replace(builder(id).build(), BATCH_NORM);
    BatchNormModel own = builder(id).normalization(Normalization.batchNorm()).build();

    assertThat(byHand.toJson().replace("-BatchNormalization", "-bn"))
        .isEqualTo(own.conf().toJson());
    MultiLayerNetwork network = new MultiLayerNetwork(byHand);
    network.init();
    MultiLayerNetwork zoos = own.init();
    assertSameBits(network.params(), zoos.params());
  }

  @Test
  void stagesThatComeBackAsTheyWereLeaveTheModelAsItIs() {
    BatchNormModel plain = builder(DeepCnn.ID).build();
    HiddenBlocks same = new WrittenBlocks(UNCHANGED, UNCHANGED);
    assertThat(HiddenBlocks.replace(plain, same).toJson()).isEqualTo(plain.conf().toJson());
  }

  @Test
  void aStageWithoutItsAffineMapIsRefusedByName() {
    HiddenBlocks lost =
        new WrittenBlocks(
            (linear, activation) ->
                linear.getLayerName().equals("conv03")
                    ? List.of(activation)
                    : List.of(linear, activation),
            UNCHANGED);
    assertThatThrownBy(() -> HiddenBlocks.replace(builder(DeepCnn.ID).build(), lost))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("conv03");
  }

  @Test
  void aLayerThatIsNullIsRefusedByItsStage() {
    HiddenBlocks withNull =
        new WrittenBlocks(
            UNCHANGED, (linear, activation) -> Arrays.asList(linear, null, activation));
    assertThatThrownBy(() -> HiddenBlocks.replace(builder(DeepCnn.ID).build(), withNull))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fc1");
  }

  @Test
  void aModelWithNormalizationIsRefused() {
    BatchNormModel normalized = builder(DeepCnn.ID).normalization(Normalization.lowLevel()).build();
    assertThatThrownBy(() -> HiddenBlocks.replace(normalized, BATCH_NORM))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("low-level");
  }
}
