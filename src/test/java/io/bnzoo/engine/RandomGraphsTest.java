package io.bnzoo.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.dataset.MultiDataSet;

/**
 * Networks that nobody thought of. {@code -Dbnzoo.graphs=200} draws more of them, {@code
 * -Dbnzoo.graphs.from=37 -Dbnzoo.graphs=1} a certain one.
 */
class RandomGraphsTest {
  static LongStream seeds() {
    long first = Long.getLong("bnzoo.graphs.from", 0);
    return LongStream.range(first, first + Long.getLong("bnzoo.graphs", 40));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatDeeplearning4jComputesIsComputed(long seed) {
    RandomNetwork drawn = new RandomNetwork(seed);
    try (Accelerated accelerated = ThreeWays.accelerated(drawn.network())) {
      assertThat(accelerated.obstacle(drawn.inputTypes())).as(drawn.toString()).isEmpty();
    }
    ThreeWays network = new ThreeWays(drawn.network(), ThreeWays.ROUNDING);
    MultiDataSet batch = drawn.batch();
    assertThatCode(
            () -> {
              network.assertSamePredictions(drawn.features());
              network.assertSameGradients(batch);
              network.assertSameSteps(batch, 2);
            })
        .as("seed %d: %s", seed, drawn)
        .doesNotThrowAnyException();
  }
}
