package io.bnzoo.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bnzoo.bench.MemoryCheck.Growth;
import io.bnzoo.bench.MemoryCheck.MemoryReading;
import io.bnzoo.bench.MemoryCheck.Phase;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.Zoo;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 15, unit = TimeUnit.MINUTES) // Against a hang; far above what it takes.
class MemoryCheckIT {
  private static final Zoo.Entry MLP = Zoo.find(ThreeLayerMlp.ID).orElseThrow();
  private static final Normalization LOW_LEVEL = Normalization.lowLevel();

  /** SameDiff's own session would remember the arrays of each step, about a hundred of them. */
  @ParameterizedTest
  @EnumSource(names = {"DL4J", "ONEDNN"})
  void theLowLevelMlpLeavesNothingBehind(EngineChoice engine) {
    List<MemoryReading> samples =
        new MemoryCheck(MLP, LOW_LEVEL, 3000, engine).run(ProgressListener.NONE, () -> false);
    assertThat(samples).hasSize(22);
    List<Growth> growth = MemoryCheck.growth(samples);
    assertThat(growth).extracting(Growth::phase).containsExactly(Phase.values());
    assertThat(growth)
        .allSatisfy(
            phase -> {
              assertThat(phase.heap()).as("bytes on the heap").isLessThan(1000);
              assertThat(phase.workspaces()).as("bytes in workspaces").isLessThan(10);
            });
    // In training the heap is still being touched for the first time.
    assertThat(growth.get(1).process()).as("resident bytes").isLessThan(10_000);
  }

  @Test
  void whenStoppedItKeepsTheSamplesUntilThen() {
    int[] asked = {0};
    List<MemoryReading> samples =
        new MemoryCheck(MLP, LOW_LEVEL, 100, EngineChoice.AUTO)
            .run(ProgressListener.NONE, () -> ++asked[0] > 25);
    assertThat(samples)
        .extracting(sample -> sample.phase() + " " + sample.repetitions())
        .containsExactly("TRAINING 0", "TRAINING 10", "TRAINING 20");
  }

  @Test
  void growthIsTheSlopeBehindTheFirstFifth() {
    List<MemoryReading> samples =
        List.of(
            new MemoryReading(Phase.TRAINING, 0, 0, 0, 0),
            new MemoryReading(Phase.TRAINING, 10, 500, 40, 9000),
            new MemoryReading(Phase.TRAINING, 20, 1000, 50, 10000),
            new MemoryReading(Phase.TRAINING, 50, 1900, 50, 10030),
            new MemoryReading(Phase.TRAINING, 100, 1800, 50, 10160));
    assertThat(MemoryCheck.growth(samples)).containsExactly(new Growth(Phase.TRAINING, 10, 0, 2));
  }

  @Test
  void tooFewRepetitionsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MemoryCheck(MLP, LOW_LEVEL, 99, EngineChoice.AUTO))
        .withMessage("repetitions must be at least 100, got 99");
  }
}
