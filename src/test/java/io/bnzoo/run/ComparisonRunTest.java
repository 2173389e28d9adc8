package io.bnzoo.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.TestDigits;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.experiment.Variants;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonRunTest {
  private static final ImageDataset DIGITS = TestDigits.small();

  @TempDir private Path folder;

  @Test
  void aComparisonIsTrainedShownAndNotTrainedAgain() throws IOException {
    Comparison comparison =
        new Comparison(
            Zoo.find(ThreeLayerMlp.ID).orElseThrow(),
            UnaryOperator.identity(),
            Variants.pair(),
            List.of(1L),
            ThreeLayerMlp.PLAN.withBatches(5));
    List<String> first = new ArrayList<>();
    Comparison.Result result =
        ComparisonRun.of(comparison, DIGITS, folder.resolve("run"), first::add);
    assertThat(result.variants()).hasSize(2);
    assertThat(String.join("\n", first)).contains("plain", "batch-norm", "validation");
    assertThat(folder.resolve("run").resolve("result.json")).exists();
    assertThat(folder.resolve("run").resolve("batch-norm-seed-1.zip")).exists();
    List<String> again = new ArrayList<>();
    Comparison.Result known =
        ComparisonRun.of(comparison, DIGITS, folder.resolve("run"), again::add);
    assertThat(known.variants()).isEqualTo(result.variants());
  }
}
