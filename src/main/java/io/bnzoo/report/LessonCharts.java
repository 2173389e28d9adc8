package io.bnzoo.report;

import io.bnzoo.diagnostics.Snapshot;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.ExperimentResult.OfVariant;
import io.bnzoo.experiment.Spread;
import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
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
      Color colour =
          ChartStyle.colour(result.experiment().variants().indexOf(variants.get(i).variant()));
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
      trial
          .curve()
          .forEach(
              (batches, accuracy) ->
                  accuracies.computeIfAbsent(batches, key -> new ArrayList<>()).add(accuracy));
    }
    SortedMap<Integer, Spread> spreads = new TreeMap<>();
    accuracies.forEach(
        (batches, values) ->
            Spread.of(values.stream().mapToDouble(Double::doubleValue))
                .ifPresent(spread -> spreads.put(batches, spread)));
    return spreads;
  }

  /** Which trials the pictures of the inside show. */
  String lookedAt() {
    return inside().stream()
        .map(finished -> finished.trial().variant().label() + " of seed " + finished.trial().seed())
        .collect(Collectors.joining(", "));
  }

  /** The first trial of each variant that was looked into. */
  private List<Finished> inside() {
    return result.variants().stream()
        .flatMap(
            variant ->
                variant.trials().stream()
                    .filter(finished -> !finished.result().snapshots().isEmpty())
                    .limit(1))
        .toList();
  }

  /**
   * The insides of the trials looked into, a row a kind, the charts of a row to the same scale;
   * none without snapshots.
   */
  List<List<Picture>> diagnostics() throws IOException {
    if (inside().isEmpty()) {
      return List.of();
    }
    return List.of(
        row("percentiles", this::percentiles),
        row("dead", this::deadUnits),
        row("gradients", this::gradientNorms));
  }

  private List<Picture> row(String kind, Function<Finished, XYChart> drawing) throws IOException {
    List<Picture> pictures = new ArrayList<>();
    List<XYChart> charts = inside().stream().map(drawing).toList();
    shareScale(charts);
    for (int i = 0; i < charts.size(); i++) {
      String label = inside().get(i).trial().variant().label();
      String name = String.join("-", result.experiment().id(), label, kind);
      pictures.add(Picture.of(charts.get(i), name, charts.get(i).getTitle()));
    }
    return pictures;
  }

  private static void shareScale(List<XYChart> charts) {
    DoubleSummaryStatistics values =
        charts.stream()
            .flatMap(chart -> chart.getSeriesCollection().stream())
            .flatMapToDouble(series -> DoubleStream.of(series.getYData()))
            .summaryStatistics();
    if (values.getCount() > 0 && values.getMin() < values.getMax()) {
      charts.forEach(
          chart -> chart.getStyler().setYAxisMin(values.getMin()).setYAxisMax(values.getMax()));
    }
  }

  private XYChart percentiles(Finished finished) {
    XYChart chart = chart(finished, "values before the activation", "15th to 85th percentile");
    for (Inside stage : stages(finished)) {
      band(
          chart,
          stage.name() + " range",
          stage.batches(),
          stage.values(Snapshot.Layer::low),
          stage.values(Snapshot.Layer::high),
          stage.colour());
      line(
          chart,
          stage.name(),
          stage.batches(),
          stage.values(Snapshot.Layer::median),
          stage.colour());
    }
    return chart;
  }

  private XYChart deadUnits(Finished finished) {
    XYChart chart = chart(finished, "dead units", "share");
    lines(chart, finished, Snapshot.Layer::dead);
    chart.getStyler().setYAxisDecimalPattern("0.0#");
    return chart;
  }

  private XYChart gradientNorms(Finished finished) {
    XYChart chart = chart(finished, "gradient of the weights", "norm");
    lines(chart, finished, Snapshot.Layer::gradientNorm);
    return chart;
  }

  private static void lines(
      XYChart chart, Finished finished, ToDoubleFunction<Snapshot.Layer> figure) {
    for (Inside stage : stages(finished)) {
      line(chart, stage.name(), stage.batches(), stage.values(figure), stage.colour());
    }
  }

  /** The first, the middle and the last stage, or all if there are no more. */
  private static List<Inside> stages(Finished finished) {
    List<Snapshot> snapshots = finished.result().snapshots();
    int count = snapshots.get(0).layers().size();
    List<Integer> chosen =
        count <= MOST_STAGES
            ? IntStream.range(0, count).boxed().toList()
            : List.of(0, count / 2, count - 1);
    return IntStream.range(0, chosen.size())
        .mapToObj(position -> Inside.of(snapshots, chosen.get(position), position))
        .toList();
  }

  /**
   * One stage over a training, as far as it has numbers.
   *
   * @param position among the stages that are drawn
   */
  private record Inside(List<Integer> batches, List<Snapshot.Layer> layers, int position) {
    static Inside of(List<Snapshot> snapshots, int stage, int position) {
      List<Snapshot> finite =
          snapshots.stream().filter(snapshot -> isFinite(snapshot.layers().get(stage))).toList();
      return new Inside(
          finite.stream().map(snapshot -> snapshot.batch() + 1).toList(),
          finite.stream().map(snapshot -> snapshot.layers().get(stage)).toList(),
          position);
    }

    private static boolean isFinite(Snapshot.Layer layer) {
      return Double.isFinite(layer.low() + layer.median() + layer.high() + layer.gradientNorm());
    }

    String name() {
      return layers.isEmpty() ? "" : layers.get(0).name();
    }

    Color colour() {
      return ChartStyle.colour(position);
    }

    List<Double> values(ToDoubleFunction<Snapshot.Layer> figure) {
      return layers.stream().map(figure::applyAsDouble).toList();
    }
  }

  /** What a shortened training is to be known by wherever it shows. */
  private String scaled() {
    return result.scale().isFull() ? "" : ", scale " + result.scale().share();
  }

  private XYChart chart(Finished finished, String figure, String yAxis) {
    String title = finished.trial().variant().label() + ": " + figure + scaled();
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
