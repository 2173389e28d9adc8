package io.bnzoo.zoo;

import static io.bnzoo.ArrayAssert.assertSameBits;
import static io.bnzoo.zoo.WrittenStages.UNCHANGED;
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

class HiddenStagesTest {

  /** One object for all stages, without a name. */
  private static final BatchNormalization NORMALIZATION =
      new BatchNormalization.Builder().decay(0.99).eps(1e-3).useLogStd(false).build();

  private static final WrittenStages.Stage NORMALIZED =
      (linear, activation) -> List.of(WrittenStages.withoutBias(linear), NORMALIZATION, activation);

  private static final HiddenStages BATCH_NORM = new WrittenStages(NORMALIZED, NORMALIZED);

  private static ModelBuilder<? extends BatchNormModel> builder(String id) {
    return Zoo.find(id).orElseThrow().builder().get().seed(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {DeepCnn.ID, ThreeLayerMlp.ID})
  void batchNormPutInByHandIsTheZoosOwn(String id) {
    MultiLayerConfiguration byHand = HiddenStages.replace(builder(id).build(), BATCH_NORM);
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
    HiddenStages same = new WrittenStages(UNCHANGED, UNCHANGED);
    assertThat(HiddenStages.replace(plain, same).toJson()).isEqualTo(plain.conf().toJson());
  }

  @Test
  void aStageWithoutItsAffineMapIsRefusedByName() {
    HiddenStages lost =
        new WrittenStages(
            (linear, activation) ->
                linear.getLayerName().equals("conv03")
                    ? List.of(activation)
                    : List.of(linear, activation),
            UNCHANGED);
    assertThatThrownBy(() -> HiddenStages.replace(builder(DeepCnn.ID).build(), lost))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("conv03");
  }

  @Test
  void aLayerThatIsNullIsRefusedByItsStage() {
    HiddenStages withNull =
        new WrittenStages(
            UNCHANGED, (linear, activation) -> Arrays.asList(linear, null, activation));
    assertThatThrownBy(() -> HiddenStages.replace(builder(DeepCnn.ID).build(), withNull))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fc1");
  }

  @Test
  void aModelWithNormalizationIsRefused() {
    BatchNormModel normalized = builder(DeepCnn.ID).normalization(Normalization.lowLevel()).build();
    assertThatThrownBy(() -> HiddenStages.replace(normalized, BATCH_NORM))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("low-level");
  }
}
