package io.bnzoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.data.Digits;
import io.bnzoo.data.RealMnist;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.experiment.Variants;
import io.bnzoo.report.Narrator;
import io.bnzoo.report.RunFolder;
import io.bnzoo.train.Outcome;
import io.bnzoo.train.TrainingResult;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The main result at full length: one network stays near 10 %, the other passes 90 %. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // Against a hang; far above what it takes.
class DeepCnnIT {
  @TempDir private Path runs;

  @Test
  void batchNormalizationMakesTheDifference() throws IOException {
    assertDifference(1);
  }

  @Tag("slow") // About two minutes each.
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {2, 3})
  void batchNormalizationMakesTheDifferenceFromOtherSeeds(long seed) throws IOException {
    assertDifference(seed);
  }

  private void assertDifference(long seed) throws IOException {
    Digits digits = RealMnist.load();
    Zoo.Entry entry = Zoo.find(DeepCnn.ID).orElseThrow();
    Comparison comparison =
        new Comparison(
            entry, UnaryOperator.identity(), Variants.pair(), List.of(seed), entry.plan());
    RunFolder folder = RunFolder.numbered(runs, "it");
    Comparison.Result result =
        comparison.run(digits, new Narrator(line -> {}, folder), () -> false);

    TrainingResult plain = result.variants().get(0).result();
    assertThat(plain.finals().orElseThrow().test().accuracy()).isLessThanOrEqualTo(0.15);
    assertThat(plain.outcome()).isInstanceOf(Outcome.PredictsOneDigit.class);
    assertThat(plain.curve().get(0).loss()).isCloseTo(Math.log(2), within(0.02));

    TrainingResult batchNorm = result.variants().get(1).result();
    assertThat(batchNorm.outcome()).isEqualTo(new Outcome.Trained());
    TrainingResult.Finals finals = batchNorm.finals().orElseThrow();
    assertThat(finals.test().accuracy()).isGreaterThanOrEqualTo(0.90);
    assertThat(finals.singleAccuracy()).isGreaterThanOrEqualTo(0.90);
  }
}
