package io.bnzoo.chart;

import io.bnzoo.experiment.Comparison;
import io.bnzoo.files.AtomicFile;
import io.bnzoo.train.Sample;
import io.bnzoo.train.Score;
import io.bnzoo.train.TrainingResult;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Learning curves on the validation set, one colour a variant and one line a seed. */
public final class CurveChart {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 540;

  private static final float LINE_WIDTH = 2.2f;

  /** XChart tries axis labels one by one; for the loss of a diverging network it would not end. */
  private static final double HIGHEST_DRAWN = 1e6;

  private final Comparison.Result result;

  public CurveChart(Comparison.Result result) {
    this.result = result;
  }

  /** Validation accuracy against batches, from 0 to 1. */
  public void writeAccuracy(Path file) throws IOException {
    XYChart chart = chart("Validation accuracy", Sample::accuracy, Score::accuracy);
    chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
    chart.getStyler().setYAxisDecimalPattern("0.0");
    write(chart, file);
  }

  /** Validation loss against batches. */
  public void writeLoss(Path file) throws IOException {
    XYChart chart = chart("Validation loss", Sample::loss, Score::loss);
    chart.getStyler().setYAxisMin(0.0).setLegendPosition(Styler.LegendPosition.InsideNE);
    chart.getStyler().setYAxisDecimalPattern("0.0#");
    write(chart, file);
  }

  private static void write(XYChart chart, Path file) throws IOException {
    AtomicFile.write(file, Picture.png(Picture.image(chart, HEIGHT, 1)));
  }

  private XYChart chart(
      String figure, ToDoubleFunction<Sample> value, ToDoubleFunction<Score> finalValue) {
    XYChart chart =
        ChartStyle.chart(
            WIDTH,
            HEIGHT,
            figure + " of " + result.model(),
            "batches of " + result.plan().batchSize(),
            figure.toLowerCase(Locale.ROOT));
    Set<String> inLegend = new HashSet<>();
    for (Comparison.VariantResult variant : result.variants()) {
      SortedMap<Integer, Double> points = points(variant.result(), value, finalValue);
      if (!points.isEmpty()) {
        addCurve(chart, variant, points, inLegend.add(variant.label()));
      }
    }
    return chart;
  }

  /** What can be drawn of it. */
  private static SortedMap<Integer, Double> points(
      TrainingResult result, ToDoubleFunction<Sample> value, ToDoubleFunction<Score> finalValue) {
    SortedMap<Integer, Double> points = result.validation(value, finalValue);
    points.values().removeIf(figure -> !(figure <= HIGHEST_DRAWN)); // Not a number neither.
    return points;
  }

  private void addCurve(
      XYChart chart,
      Comparison.VariantResult variant,
      SortedMap<Integer, Double> points,
      boolean inLegend) {
    String name = inLegend ? variant.label() : variant.label() + " seed " + variant.spec().seed();
    XYSeries series =
        chart.addSeries(name, List.copyOf(points.keySet()), List.copyOf(points.values()));
    Color colour = ChartStyle.colour(variant.spec().normalization());
    series.setLineColor(colour);
    series.setMarkerColor(colour);
    ChartStyle.draw(series, position(variant.label()), LINE_WIDTH);
    series.setMarker(points.size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
    series.setShowInLegend(inLegend);
  }

  private int position(String label) {
    return result.variants().stream()
        .map(Comparison.VariantResult::label)
        .distinct()
        .toList()
        .indexOf(label);
  }
}
