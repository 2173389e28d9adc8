package io.bnzoo.chart;

import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.train.Snapshot;
import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What went on in the recurrent networks of one experiment of the lesson, time step by time step:
 * of each variant the first trial that was looked into.
 */
public final class ThroughTimeCharts {
  private final ExperimentResult result;
  private final List<Finished> trials;

  public ThroughTimeCharts(ExperimentResult result) {
    this.result = result;
    this.trials = InsideCharts.firstOfVariants(result, look -> !look.recurrent().isEmpty());
  }

  /** Which trials are shown. */
  public String trials() {
    return InsideCharts.names(trials);
  }

  /** A row for each figure, a picture for each variant that has it. */
  public List<List<Picture>> pictures() throws IOException {
    List<Picture> gradients = new ArrayList<>();
    List<Picture> statistics = new ArrayList<>();
    for (Finished finished : trials) {
      String name = result.experiment().id() + "-" + finished.trial().variant().label();
      Snapshot first = finished.result().snapshots().get(0);
      Snapshot last = finished.result().snapshots().get(finished.result().snapshots().size() - 1);
      Map<String, List<Double>> norms = new LinkedHashMap<>();
      norms.put(after(first), first.recurrent().get(0).gradientNorms());
      norms.putIfAbsent(after(last), last.recurrent().get(0).gradientNorms());
      if (norms.values().stream().noneMatch(List::isEmpty)) {
        SmallChart chart =
            chart(finished, "gradient by the output of a step", "power of ten of its norm");
        norms.replaceAll((when, each) -> each.stream().map(Math::log10).toList());
        lines(chart, norms);
        gradients.add(chart.picture(name + "-through-time"));
      }
      Map<String, List<Double>> deviations = last.recurrent().get(0).deviations();
      if (!deviations.isEmpty()) {
        SmallChart chart = chart(finished, "what steps are normalized by", "standard deviation");
        lines(chart.fromZero(), deviations);
        statistics.add(chart.picture(name + "-statistics"));
      }
    }
    return List.of(gradients, statistics).stream().filter(row -> !row.isEmpty()).toList();
  }

  private static String after(Snapshot snapshot) {
    int batches = snapshot.batch() + 1;
    return String.format(
        Locale.ROOT, batches == 1 ? "after %,d batch" : "after %,d batches", batches);
  }

  private static SmallChart chart(Finished finished, String figure, String axis) {
    return SmallChart.overTimeSteps(finished.trial().variant().label() + ": " + figure, axis);
  }

  private static void lines(SmallChart chart, Map<String, List<Double>> lines) {
    Map<String, Color> colours = ChartStyle.colours(lines.keySet());
    lines.forEach((name, values) -> chart.timeLine(name, values, colours.get(name)));
  }
}
