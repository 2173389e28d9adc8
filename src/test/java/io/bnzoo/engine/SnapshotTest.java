package io.bnzoo.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.learning.config.Adam;

/** What every engine copies out and in. */
class SnapshotTest {
  private static final LabeledImages FIRST = TestDigits.draw(20, 5);
  private static final LabeledImages SECOND = TestDigits.draw(20, 6);

  private static MultiLayerNetwork adam(long seed) {
    return ThreeLayerMlp.builder()
        .normalization(Normalization.batchNorm())
        .updater(new Adam(0.01))
        .seed(seed)
        .build()
        .init();
  }

  private static void assertSameState(MultiLayerNetwork actual, MultiLayerNetwork expected) {
    ArrayAssert.assertSameBits(actual.params(), expected.params());
    ArrayAssert.assertSameBits(
        actual.getUpdater().getStateViewArray(), expected.getUpdater().getStateViewArray());
    assertThat(actual.getIterationCount()).isEqualTo(expected.getIterationCount());
    assertThat(actual.score()).isEqualTo(expected.score());
  }

  /** Adam's step depends on its moments and on the number of steps. */
  @ParameterizedTest
  @EnumSource(EngineChoice.class)
  void anEngineContinuesFromACopyOfASnapshot(EngineChoice engines) {
    MultiLayerNetwork network = adam(1);
    try (Engine engine = engines.open(network, ImageShape.MNIST, 1)) {
      engine.step(FIRST);
      double loss = engine.step(SECOND);
      assertThat(engine.snapshot()).isSameAs(network);
      assertThat(network.getIterationCount()).isEqualTo(2);
      assertThat(network.score()).isEqualTo(loss);
      MultiLayerNetwork copy = network.clone();
      try (Engine other = engines.open(copy, ImageShape.MNIST, 1)) {
        assertThat(other.step(FIRST)).isEqualTo(engine.step(FIRST));
      }
      assertSameState(engine.snapshot(), copy);
    }
  }

  @ParameterizedTest
  @EnumSource(EngineChoice.class)
  void aNetworkIsLoadedInPlaceOfTheOneBefore(EngineChoice engines) {
    MultiLayerNetwork before = adam(1);
    MultiLayerNetwork loaded = adam(2);
    try (Engine engine = engines.open(loaded, ImageShape.MNIST, 1)) {
      engine.step(FIRST);
    }
    MultiLayerNetwork expected = loaded.clone();
    try (Engine engine = engines.open(expected, ImageShape.MNIST, 1)) {
      engine.step(SECOND);
    }
    try (Engine engine = engines.open(before, ImageShape.MNIST, 1)) {
      engine.step(FIRST);
      MultiLayerNetwork left = engine.snapshot().clone();
      engine.load(loaded);
      engine.step(SECOND);
      assertThat(engine.snapshot()).isSameAs(loaded);
      assertSameState(loaded, expected);
      ArrayAssert.assertSameBits(before.params(), left.params());
    }
  }

  @ParameterizedTest
  @EnumSource(EngineChoice.class)
  void aNetworkOfOtherLayersIsLoadedToo(EngineChoice engines) {
    MultiLayerNetwork convolutions = DeepCnn.builder().build().init();
    MultiLayerNetwork expected = convolutions.clone();
    try (Engine engine = engines.open(expected, ImageShape.MNIST, 1)) {
      engine.step(FIRST);
    }
    try (Engine engine = engines.open(adam(1), ImageShape.MNIST, 1)) {
      engine.step(FIRST);
      engine.load(convolutions);
      engine.step(FIRST);
    }
    assertSameState(convolutions, expected);
  }
}
