package io.bnzoo.report;

import io.bnzoo.diagnostics.Snapshot;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.ExperimentResult.OfVariant;
import io.bnzoo.experiment.Spread;
import io.bnzoo.train.Sample;
import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The pictures of one experiment of the lesson, small enough for a phone. */
final class LessonCharts {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 320;
  private static final int TICK_SPACING = 90;
  private static final float LINE_WIDTH = 1.8f;
  private static final int BAND_OPACITY = 48;

  /** Of a deep network's stages, as many are drawn as can be told apart. */
  private static final int MOST_STAGES = 3;

  /** How the batches are laid out along the axis. */
  enum Steps {
    LINEAR,
    LOGARITHMIC;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final ExperimentResult result;

  LessonCharts(ExperimentResult result) {
    this.result = result;
  }

  /** The accuracy curves, on linear and on logarithmic steps. */
  List<Picture> curves() throws IOException {
    return List.of(accuracy(Steps.LINEAR), accuracy(Steps.LOGARITHMIC));
  }

  /** Mean over the seeds as a line, smallest to largest as a band. */
  private Picture accuracy(Steps steps) throws IOException {
    String title = "Validation accuracy, " + steps.label() + " steps" + scaled();
    XYChart chart = chart(title, "accuracy", steps);
    chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0).setYAxisDecimalPattern("0.0");
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
    List<OfVariant> variants = result.variants();
    for (int i = 0; i < variants.size(); i++) {
      SortedMap<Integer, Spread> points = overSeeds(variants.get(i).trials());
      if (points.isEmpty()) {
        continue;
      }
      String label = variants.get(i).variant().label();
      Color colour = ChartStyle.colour(i);
      if (points.values().stream().anyMatch(spread -> spread.count() > 1)) {
        band(
            chart,
            label + " range",
            List.copyOf(points.keySet()),
            points.values().stream().map(Spread::min).toList(),
            points.values().stream().map(Spread::max).toList(),
            colour);
      }
      line(
          chart,
          label,
          List.copyOf(points.keySet()),
          points.values().stream().map(Spread::mean).toList(),
          colour);
    }
    return Picture.of(
        chart,
        result.experiment().id() + "-" + steps.label(),
        title + " of " + result.experiment().title());
  }

  private static SortedMap<Integer, Spread> overSeeds(List<Finished> trials) {
    SortedMap<Integer, List<Double>> accuracies = new TreeMap<>();
    for (Finished trial : trials) {
      for (Sample sample : trial.curve()) {
        accuracies
            .computeIfAbsent(sample.batch() + 1, batch -> new ArrayList<>())
            .add(sample.accuracy());
      }
    }
    SortedMap<Integer, Spread> spreads = new TreeMap<>();
    accuracies.forEach(
        (batch, values) ->
            Spread.of(values.stream().mapToDouble(Double::doubleValue))
                .ifPresent(spread -> spreads.put(batch, spread)));
    return spreads;
  }

  /** The variants' insides over their first trials, a row a kind; none without snapshots. */
  List<List<Picture>> diagnostics() throws IOException {
    List<Picture> percentiles = new ArrayList<>();
    List<Picture> deadUnits = new ArrayList<>();
    List<Picture> gradientNorms = new ArrayList<>();
    for (OfVariant variant : result.variants()) {
      if (!variant.trials().get(0).result().snapshots().isEmpty()) {
        percentiles.add(percentiles(variant));
        deadUnits.add(deadUnits(variant));
        gradientNorms.add(gradientNorms(variant));
      }
    }
    return percentiles.isEmpty() ? List.of() : List.of(percentiles, deadUnits, gradientNorms);
  }

  private Picture percentiles(OfVariant variant) throws IOException {
    XYChart chart = chart(variant, "values before the activation", "15th to 85th percentile");
    for (int stage : stages(variant)) {
      Inside inside = new Inside(variant, stage);
      band(
          chart,
          inside.name() + " range",
          inside.batches(),
          inside.values(Snapshot.Layer::low),
          inside.values(Snapshot.Layer::high),
          inside.colour());
      line(
          chart,
          inside.name(),
          inside.batches(),
          inside.values(Snapshot.Layer::median),
          inside.colour());
    }
    return picture(variant, "percentiles", chart);
  }

  private Picture deadUnits(OfVariant variant) throws IOException {
    XYChart chart = chart(variant, "dead units", "share");
    chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0).setYAxisDecimalPattern("0.0");
    lines(chart, variant, Snapshot.Layer::dead);
    return picture(variant, "dead", chart);
  }

  private Picture gradientNorms(OfVariant variant) throws IOException {
    XYChart chart = chart(variant, "gradient of the weights", "norm");
    lines(chart, variant, Snapshot.Layer::gradientNorm);
    return picture(variant, "gradients", chart);
  }

  private void lines(XYChart chart, OfVariant variant, ToDoubleFunction<Snapshot.Layer> figure) {
    for (int stage : stages(variant)) {
      Inside inside = new Inside(variant, stage);
      line(chart, inside.name(), inside.batches(), inside.values(figure), inside.colour());
    }
  }

  private Picture picture(OfVariant variant, String kind, XYChart chart) throws IOException {
    String label = variant.variant().label();
    return Picture.of(
        chart, String.join("-", result.experiment().id(), label, kind), chart.getTitle());
  }

  /** The first, the middle and the last stage, or all if there are no more. */
  private static List<Integer> stages(OfVariant variant) {
    int count = variant.trials().get(0).result().snapshots().get(0).layers().size();
    return count <= MOST_STAGES
        ? IntStream.range(0, count).boxed().toList()
        : List.of(0, count / 2, count - 1);
  }

  /** One stage of one variant's first trial, over its training, as far as it has numbers. */
  private static final class Inside {
    private final List<Snapshot> snapshots;
    private final int stage;
    private final int position;

    Inside(OfVariant variant, int stage) {
      this.stage = stage;
      this.position = stages(variant).indexOf(stage);
      this.snapshots =
          variant.trials().get(0).result().snapshots().stream()
              .filter(snapshot -> isFinite(snapshot.layers().get(stage)))
              .toList();
    }

    private static boolean isFinite(Snapshot.Layer layer) {
      return Double.isFinite(layer.low() + layer.median() + layer.high() + layer.gradientNorm());
    }

    String name() {
      return snapshots.isEmpty() ? "" : snapshots.get(0).layers().get(stage).name();
    }

    Color colour() {
      return ChartStyle.colour(position);
    }

    List<Integer> batches() {
      return snapshots.stream().map(snapshot -> snapshot.batch() + 1).toList();
    }

    List<Double> values(ToDoubleFunction<Snapshot.Layer> figure) {
      return snapshots.stream()
          .map(snapshot -> figure.applyAsDouble(snapshot.layers().get(stage)))
          .toList();
    }
  }

  /** What a shortened training is to be known by wherever it shows. */
  private String scaled() {
    return result.scale().isFull() ? "" : ", scale " + result.scale().share();
  }

  private XYChart chart(OfVariant variant, String figure, String yAxis) {
    String title = variant.variant().label() + ": " + figure + scaled();
    XYChart chart = chart(title, yAxis, Steps.LINEAR);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
    return chart;
  }

  private static XYChart chart(String title, String yAxis, Steps steps) {
    XYChart chart = ChartStyle.chart(WIDTH, HEIGHT, title, "batches", yAxis);
    chart.getStyler().setXAxisLogarithmic(steps == Steps.LOGARITHMIC);
    chart.getStyler().setXAxisDecimalPattern("#,##0").setXAxisTickMarkSpacingHint(TICK_SPACING);
    if (steps == Steps.LINEAR) {
      chart.getStyler().setXAxisMin(0.0);
    }
    return chart;
  }

  private static void line(
      XYChart chart, String name, List<Integer> x, List<Double> y, Color colour) {
    if (x.isEmpty()) {
      return;
    }
    XYSeries series = chart.addSeries(name, x, y);
    series.setLineColor(colour);
    series.setLineWidth(LINE_WIDTH);
    series.setMarkerColor(colour);
    series.setMarker(x.size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
  }

  private static void band(
      XYChart chart,
      String name,
      List<Integer> x,
      List<Double> low,
      List<Double> high,
      Color colour) {
    if (x.size() < 2) {
      return;
    }
    List<Integer> around = new ArrayList<>(x);
    List<Double> outline = new ArrayList<>(low);
    List<Integer> back = new ArrayList<>(x);
    List<Double> highBack = new ArrayList<>(high);
    Collections.reverse(back);
    Collections.reverse(highBack);
    around.addAll(back);
    outline.addAll(highBack);
    XYSeries series = chart.addSeries(name, around, outline);
    series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.PolygonArea);
    series.setFillColor(
        new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), BAND_OPACITY));
    series.setLineColor(new Color(0, 0, 0, 0));
    series.setMarker(SeriesMarkers.NONE);
    series.setShowInLegend(false);
  }
}
