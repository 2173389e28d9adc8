package io.bnzoo.report;

import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.ExperimentResult.OfVariant;
import io.bnzoo.experiment.Spread;
import java.awt.Color;
import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Function;

/** The learning curves of one experiment of the lesson, over its seeds. */
final class AccuracyCharts {
  private final ExperimentResult result;

  AccuracyCharts(ExperimentResult result) {
    this.result = result;
  }

  /** On linear and on logarithmic steps. */
  List<Picture> pictures() throws IOException {
    return List.of(picture(SmallChart.Steps.LINEAR), picture(SmallChart.Steps.LOGARITHMIC));
  }

  /** Mean over the seeds as a line, smallest to largest as a band. */
  private Picture picture(SmallChart.Steps steps) throws IOException {
    String title = "Validation accuracy, " + steps.label() + " steps";
    SmallChart chart = SmallChart.overBatches(title, "accuracy", steps, result.scale()).ofShares();
    for (OfVariant variant : result.variants()) {
      String label = variant.variant().label();
      // By its place in the experiment, whichever others have been trained.
      Color colour = ChartStyle.colour(result.experiment().variants().indexOf(variant.variant()));
      SortedMap<Integer, Spread> points =
          Spread.overSeeds(variant.trials().stream().map(Finished::curve).toList());
      List<Integer> batches = List.copyOf(points.keySet());
      if (points.values().stream().anyMatch(spread -> spread.count() > 1)) {
        chart.band(
            label, batches, values(points, Spread::min), values(points, Spread::max), colour);
      }
      chart.line(label, batches, values(points, Spread::mean), colour);
    }
    return chart.picture(result.experiment().id() + "-" + steps.label());
  }

  private static List<Double> values(
      SortedMap<Integer, Spread> points, Function<Spread, Double> figure) {
    return points.values().stream().map(figure).toList();
  }
}
