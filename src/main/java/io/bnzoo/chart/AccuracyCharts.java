package io.bnzoo.chart;

import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.ExperimentResult.OfVariant;
import io.bnzoo.zoo.Normalization;
import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The learning curves of one experiment of the lesson, over its seeds. */
public final class AccuracyCharts {
  private static final int FEWEST_FOR_A_MEDIAN = 3;

  private final ExperimentResult result;

  public AccuracyCharts(ExperimentResult result) {
    this.result = result;
  }

  /** On linear and on logarithmic steps. */
  public List<Picture> pictures() throws IOException {
    return List.of(picture(SmallChart.Steps.LINEAR), picture(SmallChart.Steps.LOGARITHMIC));
  }

  /**
   * A line for each seed, thin where there are so many that a median says something: means of
   * networks that learn and others that do not are no network's curve.
   */
  private Picture picture(SmallChart.Steps steps) throws IOException {
    boolean medians = seeds() >= FEWEST_FOR_A_MEDIAN;
    String title =
        result.experiment().id()
            + ": "
            + result.experiment().title()
            + (medians ? "; median thick" : "");
    SmallChart chart =
        SmallChart.overBatches(title, "validation accuracy", steps, result.scale()).ofShares();
    if (medians) {
      for (OfVariant variant : result.variants()) {
        for (Finished trial : variant.trials()) {
          chart.thinLine(
              trial.trial().name(),
              List.copyOf(trial.curve().keySet()),
              List.copyOf(trial.curve().values()),
              ChartStyle.colour(variant.variant()));
        }
      }
    }
    for (OfVariant variant : result.variants()) {
      List<SortedMap<Integer, Double>> curves =
          variant.trials().stream().map(Finished::curve).toList();
      draw(chart, variant.variant(), medians ? List.of(median(curves)) : curves);
    }
    for (OfVariant variant : result.variants()) {
      drawPublished(chart, variant);
    }
    return new Picture(
        result.experiment().id() + "-" + steps.label(),
        "Validation accuracy on " + steps.label() + " steps of " + title,
        Picture.png(chart.image(Picture.DOTS)));
  }

  /** Of the variant with most. */
  private int seeds() {
    return result.variants().stream().mapToInt(one -> one.trials().size()).max().orElse(0);
  }

  /** The first curve has the variant's name in the legend. */
  private static void draw(
      SmallChart chart, Normalization variant, List<SortedMap<Integer, Double>> curves) {
    Color colour = ChartStyle.colour(variant);
    for (int i = 0; i < curves.size(); i++) {
      List<Integer> batches = List.copyOf(curves.get(i).keySet());
      List<Double> accuracies = List.copyOf(curves.get(i).values());
      if (i == 0) {
        chart.line(variant.label(), batches, accuracies, colour);
      } else {
        chart.unnamedLine(variant.label() + " " + i, batches, accuracies, colour);
      }
    }
  }

  /** As far as ours goes. */
  private void drawPublished(SmallChart chart, OfVariant variant) {
    List<Experiment.PublishedPoint> points =
        result.experiment().publishedCurve(variant.variant()).stream()
            .filter(point -> point.validation().isPresent())
            .filter(point -> point.batches() <= variant.trials().get(0).trial().plan().batches())
            .toList();
    chart.marks(
        variant.variant().label() + ", published",
        points.stream().map(Experiment.PublishedPoint::batches).toList(),
        points.stream().map(point -> point.validation().getAsDouble()).toList(),
        ChartStyle.colour(variant.variant()));
  }

  /**
   * At each point the median, which at least half of the curves reach; of an even number the lower
   * of the two in the middle, so that it is always one curve's value.
   */
  static SortedMap<Integer, Double> median(List<SortedMap<Integer, Double>> curves) {
    SortedMap<Integer, List<Double>> values = new TreeMap<>();
    for (SortedMap<Integer, Double> curve : curves) {
      curve.forEach(
          (batches, value) -> values.computeIfAbsent(batches, key -> new ArrayList<>()).add(value));
    }
    SortedMap<Integer, Double> medians = new TreeMap<>();
    values.forEach(
        (batches, found) -> {
          found.sort(null);
          medians.put(batches, found.get((found.size() - 1) / 2));
        });
    return medians;
  }
}
