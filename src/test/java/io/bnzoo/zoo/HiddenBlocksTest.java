package io.bnzoo.zoo;

import static io.bnzoo.ArrayAssert.assertSameBits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bnzoo.zoo.HiddenBlocks.Block;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HiddenBlocksTest {

  /** One object for all blocks, without a name. */
  private static final BatchNormalization NORMALIZATION =
      new BatchNormalization.Builder().decay(0.99).eps(1e-3).useLogStd(false).build();

  private static final Block<FeedForwardLayer> UNCHANGED = List::of;

  private static MultiLayerConfiguration normalized(BatchNormModel model) {
    return HiddenBlocks.replace(
        model,
        (convolution, activation) -> {
          convolution.setHasBias(false);
          return List.of(convolution, NORMALIZATION, activation);
        },
        (dense, activation) -> {
          dense.setHasBias(false);
          return List.of(dense, NORMALIZATION, activation);
        });
  }

  private static ModelBuilder<?, ?> builder(String id) {
    return Zoo.find(id).orElseThrow().builder().get().seed(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {DeepCnn.ID, ThreeLayerMlp.ID})
  void batchNormPutInByHandIsTheZoosOwn(String id) {
    MultiLayerConfiguration byHand = normalized(builder(id).build());
    BatchNormModel own = builder(id).normalization(Normalization.batchNorm()).build();

    assertThat(byHand.toJson().replace("-BatchNormalization", "-bn"))
        .isEqualTo(own.conf().toJson());
    MultiLayerNetwork network = new MultiLayerNetwork(byHand);
    network.init();
    MultiLayerNetwork zoos = own.init();
    assertSameBits(network.params(), zoos.params());
  }

  @Test
  void blocksThatComeBackAsTheyWereLeaveTheModelAsItIs() {
    BatchNormModel plain = builder(DeepCnn.ID).build();
    assertThat(HiddenBlocks.replace(plain, UNCHANGED, UNCHANGED).toJson())
        .isEqualTo(plain.conf().toJson());
  }

  @Test
  void aBlockWithoutItsLinearLayerIsRefusedByName() {
    Block<FeedForwardLayer> lost =
        (linear, activation) ->
            linear.getLayerName().equals("conv03")
                ? List.of(activation)
                : List.of(linear, activation);
    assertThatThrownBy(() -> HiddenBlocks.replace(builder(DeepCnn.ID).build(), lost, UNCHANGED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("conv03");
  }

  @Test
  void aLayerThatIsNullIsRefusedByItsBlock() {
    Block<FeedForwardLayer> withNull =
        (linear, activation) -> Arrays.asList(linear, null, activation);
    assertThatThrownBy(() -> HiddenBlocks.replace(builder(DeepCnn.ID).build(), UNCHANGED, withNull))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fc1");
  }

  @Test
  void aModelWithNormalizationIsRefused() {
    BatchNormModel normalized = builder(DeepCnn.ID).normalization(Normalization.lowLevel()).build();
    assertThatThrownBy(() -> normalized(normalized))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("low-level");
  }
}
