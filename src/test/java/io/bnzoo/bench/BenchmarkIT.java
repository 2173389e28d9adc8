package io.bnzoo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.onednn.OneDnn;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 15, unit = TimeUnit.MINUTES) // Against a hang; far above what it takes.
class BenchmarkIT {
  private static final List<Zoo.Entry> CNN = List.of(Zoo.find(DeepCnn.ID).orElseThrow());
  private static final List<Normalization> VARIANTS =
      List.of(Normalization.none(), Normalization.batchNorm(), Normalization.lowLevel());

  @Test
  void everyNetworkIsMeasuredInEverySetup() throws IOException {
    List<String> progress = new ArrayList<>();
    List<Benchmark.Row> rows =
        new Benchmark(CNN, VARIANTS, 1)
            .run((task, done, total) -> progress.add(task + " " + done), () -> false);
    assertThat(rows)
        .extracting(row -> row.variant() + " " + row.setup())
        .containsExactly(
            "plain stock",
            "plain dl4j",
            "plain onednn",
            "batch-norm stock",
            "batch-norm dl4j",
            "batch-norm onednn",
            "low-level stock",
            "low-level dl4j",
            "low-level onednn");
    assertThat(rows)
        .allSatisfy(
            row -> {
              assertThat(row.fastest()).isPositive();
              assertThat(row.millisecondsPerStep()).isBetween(row.fastest(), row.slowest());
              assertThat(row.speedup()).isPositive();
            });
    assertThat(rows.get(0).speedup()).as("stock against itself").isEqualTo(1);
    if (NativeBackend.enableOneDnn().oneDnn()) {
      assertThat(rows.get(1).speedup()).as("of the plain network").isGreaterThan(2);
      assertThat(rows.get(4).speedup()).as("with batch normalization").isGreaterThan(2);
    }
    if (OneDnn.obstacle().isEmpty()) {
      assertThat(rows.get(2).speedup()).as("of the plain network").isGreaterThan(10);
      assertThat(rows.get(5).speedup()).as("with batch normalization").isGreaterThan(10);
      assertThat(rows)
          .allSatisfy(row -> assertThat(row.relativeToFloor().orElseThrow()).isGreaterThan(1));
    }
    assertThat(rows.get(4).relativeToBatchNorm()).as("batch norm against itself").hasValue(1);
    assertThat(rows.get(7).relativeToBatchNorm().orElseThrow()).as("by hand").isBetween(0.2, 2.0);
    assertThat(rows.get(8).relativeToBatchNorm().orElseThrow()).as("by hand").isBetween(0.2, 2.0);
    assertThat(progress)
        .containsExactly(
            "warming deep-cnn up 0",
            "warming deep-cnn up 1",
            "warming deep-cnn up 2",
            "warming deep-cnn up 3",
            "warming deep-cnn up 4",
            "warming deep-cnn up 5",
            "warming deep-cnn up 6",
            "warming deep-cnn up 7",
            "warming deep-cnn up 8",
            "measuring deep-cnn 1");
  }

  @Test
  void whenStoppedNothingHalfIsReported() throws IOException {
    assertThat(new Benchmark(CNN, VARIANTS, 2).run(ProgressListener.NONE, () -> true)).isEmpty();
  }

  @Test
  void theMedianIsTheMiddle() {
    assertThat(Benchmark.median(new double[] {5, 1, 3})).isEqualTo(3);
    assertThat(Benchmark.median(new double[] {4, 1, 3, 2})).isEqualTo(2.5);
  }
}
