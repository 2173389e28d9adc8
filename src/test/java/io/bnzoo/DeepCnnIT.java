package io.bnzoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.RealMnist;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.experiment.Variants;
import io.bnzoo.report.Narrator;
import io.bnzoo.run.RunFolder;
import io.bnzoo.run.RunRequest;
import io.bnzoo.train.CheckpointPlan;
import io.bnzoo.train.Outcome;
import io.bnzoo.train.TrainingResult;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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

  @Test
  void batchNormalizationByHandLearnsAsWell() throws IOException {
    assertLearns(train(List.of(Normalization.lowLevel()), 1).get(0));
  }

  @Tag("slow") // About a minute and a half each.
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {2, 3})
  void batchNormalizationByHandLearnsFromOtherSeeds(long seed) throws IOException {
    assertLearns(train(List.of(Normalization.lowLevel()), seed).get(0));
  }

  static Stream<Normalization> placements() {
    return Normalization.lowLevel().inEveryPlacement().stream().skip(1);
  }

  @Tag("slow") // About a minute and a half each.
  @ParameterizedTest
  @MethodSource("placements")
  void everyPlacementLearns(Normalization variant) throws IOException {
    assertLearns(train(List.of(variant), 1).get(0));
  }

  private void assertDifference(long seed) throws IOException {
    List<TrainingResult> results = train(Variants.pair(), seed);
    TrainingResult plain = results.get(0);
    assertThat(plain.finals().orElseThrow().test().accuracy()).isLessThanOrEqualTo(0.15);
    assertThat(plain.outcome()).isInstanceOf(Outcome.PredictsOneClass.class);
    assertThat(plain.curve().get(0).loss()).isCloseTo(Math.log(2), within(0.02));

    assertLearns(results.get(1));
  }

  private List<TrainingResult> train(List<Normalization> variants, long seed) throws IOException {
    ImageDataset digits = RealMnist.load();
    Zoo.Entry entry = Zoo.find(DeepCnn.ID).orElseThrow();
    Comparison comparison =
        new Comparison(entry, UnaryOperator.identity(), variants, List.of(seed), entry.plan());
    RunRequest request = RunRequest.of(List.of(), comparison, digits, EngineChoice.AUTO.start());
    try (RunFolder folder =
        RunFolder.open(runs.resolve("it"), request, CheckpointPlan.STANDARD, line -> {})) {
      Narrator narrator = new Narrator(line -> {});
      return comparison
          .run(digits, EngineChoice.AUTO, folder, narrator, () -> false)
          .variants()
          .stream()
          .map(Comparison.VariantResult::result)
          .toList();
    }
  }

  private static void assertLearns(TrainingResult result) {
    assertThat(result.outcome()).isEqualTo(new Outcome.Completed());
    TrainingResult.Finals finals = result.finals().orElseThrow();
    assertThat(finals.test().accuracy()).isGreaterThanOrEqualTo(0.90);
    assertThat(finals.singleAccuracy()).isGreaterThanOrEqualTo(0.90);
  }
}
