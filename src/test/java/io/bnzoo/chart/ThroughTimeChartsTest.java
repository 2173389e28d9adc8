package io.bnzoo.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.Lesson;
import io.bnzoo.experiment.Scale;
import io.bnzoo.experiment.Trial;
import io.bnzoo.experiment.TrialResult;
import io.bnzoo.experiment.Trials;
import io.bnzoo.train.Snapshot;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ThroughTimeChartsTest {
  private static final Experiment ROWS = Lesson.find("rows").orElseThrow();
  private static final List<Double> NORMS =
      IntStream.range(0, 28).mapToObj(t -> Math.pow(10, t - 28)).toList();

  private static Finished lookedAt(Trial trial, Map<String, List<Double>> deviations) {
    Finished made = Trials.finished(trial, 0.9, 0.5, 0.9);
    List<Snapshot> snapshots =
        IntStream.of(0, 1999)
            .mapToObj(
                batch ->
                    new Snapshot(
                        batch,
                        List.of(),
                        List.of(new Snapshot.Recurrent("lstm", NORMS, deviations))))
            .toList();
    return new Finished(
        trial, new TrialResult(made.result().training(), Optional.empty(), snapshots));
  }

  @Test
  void aPictureOfEachVariantsGradientAndOfTheStatisticsThereAre() throws IOException {
    List<Trial> trials = ROWS.trials(List.of(1L), Scale.FULL);
    List<Double> deviations = IntStream.range(0, 28).mapToObj(t -> 1 - Math.exp(-t)).toList();
    ThroughTimeCharts charts =
        new ThroughTimeCharts(
            new ExperimentResult(
                ROWS,
                Scale.FULL,
                List.of(
                    lookedAt(trials.get(0), Map.of()),
                    lookedAt(trials.get(1), Map.of("cell", deviations)))));
    List<List<String>> names =
        charts.pictures().stream()
            .map(row -> row.stream().map(Picture::fileName).toList())
            .toList();
    assertThat(names)
        .containsExactly(
            List.of("rows-plain-through-time.png", "rows-recurrent-batch-norm-through-time.png"),
            List.of("rows-recurrent-batch-norm-statistics.png"));
    assertThat(charts.trials()).isEqualTo("plain of seed 1, recurrent-batch-norm of seed 1");
  }

  @Test
  void nothingIsDrawnWhereNobodyLooked() throws IOException {
    List<Trial> trials = ROWS.trials(List.of(1L), Scale.FULL);
    ThroughTimeCharts charts =
        new ThroughTimeCharts(
            new ExperimentResult(
                ROWS, Scale.FULL, List.of(Trials.finished(trials.get(0), 0.9, 0.9))));
    assertThat(charts.pictures()).isEmpty();
  }
}
