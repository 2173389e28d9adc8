package io.bnzoo.onnx;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.bnzoo.engine.RandomNetwork;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.api.Model;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Networks that nobody thought of. {@code -Dbnzoo.graphs=200} draws more of them, {@code
 * -Dbnzoo.graphs.from=37 -Dbnzoo.graphs=1} a certain one.
 */
class RandomExportsTest {
  static LongStream seeds() {
    long first = Long.getLong("bnzoo.graphs.from", 0);
    return LongStream.range(first, first + Long.getLong("bnzoo.graphs", 40));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void outputsAndLogitsAreThoseOfDeeplearning4j(long seed, @TempDir Path folder) {
    RandomNetwork drawn = new RandomNetwork(seed);
    assertThatCode(
            () ->
                new ExportComparison((Model) drawn.network(), List.of(drawn.inputTypes()), folder)
                    .assertSameOutputs(1, 1000))
        .as("seed %d: %s", seed, drawn)
        .doesNotThrowAnyException();
  }
}
