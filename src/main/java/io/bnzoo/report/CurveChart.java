package io.bnzoo.report;

import io.bnzoo.experiment.Comparison;
import io.bnzoo.train.Sample;
import io.bnzoo.train.Split;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Learning curves on the validation set, one colour a variant and one line a seed. */
final class CurveChart {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 540;

  /** Blue, vermilion, green, purple: told apart with any colour vision. */
  private static final List<Color> COLOURS =
      List.of(new Color(0x0072B2), new Color(0xD55E00), new Color(0x009E73), new Color(0xCC79A7));

  private static final Color PALE = new Color(0xDDDDDD);

  private final Comparison.Result result;

  CurveChart(Comparison.Result result) {
    this.result = result;
  }

  /** Validation accuracy against batches, from 0 to 1. */
  void writeAccuracy(Path file) throws IOException {
    XYChart chart = chart("Validation accuracy", Sample::accuracy);
    chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
    chart.getStyler().setYAxisDecimalPattern("0.0");
    ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", file.toFile());
  }

  /** Validation loss against batches. */
  void writeLoss(Path file) throws IOException {
    XYChart chart = chart("Validation loss", Sample::loss);
    chart.getStyler().setYAxisMin(0.0).setLegendPosition(Styler.LegendPosition.InsideNE);
    ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", file.toFile());
  }

  private XYChart chart(String figure, ToDoubleFunction<Sample> value) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(figure + " of " + result.model())
            .xAxisTitle("batches of " + result.plan().batchSize())
            .yAxisTitle(figure.toLowerCase(java.util.Locale.ROOT))
            .build();
    style(chart.getStyler());
    Set<String> inLegend = new HashSet<>();
    for (Comparison.VariantResult variant : result.variants()) {
      addCurve(chart, variant, value, inLegend.add(variant.label()));
    }
    return chart;
  }

  private static void style(org.knowm.xchart.style.XYStyler styler) {
    styler
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBorderVisible(false)
        .setChartTitleBoxVisible(false)
        .setLegendPosition(Styler.LegendPosition.InsideSE)
        .setLegendBorderColor(PALE);
    styler.setPlotGridLinesColor(PALE);
  }

  private void addCurve(
      XYChart chart,
      Comparison.VariantResult variant,
      ToDoubleFunction<Sample> value,
      boolean inLegend) {
    List<Integer> batches = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    for (Sample sample : variant.result().curve()) {
      double figure = value.applyAsDouble(sample);
      if (sample.split() == Split.VALIDATION && Double.isFinite(figure)) {
        batches.add(sample.batch());
        values.add(figure);
      }
    }
    if (batches.isEmpty()) {
      return;
    }
    String name = inLegend ? variant.label() : variant.label() + " seed " + variant.spec().seed();
    XYSeries series = chart.addSeries(name, batches, values);
    series.setLineColor(colour(variant.label()));
    series.setMarkerColor(colour(variant.label()));
    series.setLineStyle(new BasicStroke(2.2f));
    series.setMarker(batches.size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
    series.setShowInLegend(inLegend);
  }

  private Color colour(String label) {
    List<String> labels =
        result.variants().stream().map(Comparison.VariantResult::label).distinct().toList();
    return COLOURS.get(labels.indexOf(label) % COLOURS.size());
  }
}
