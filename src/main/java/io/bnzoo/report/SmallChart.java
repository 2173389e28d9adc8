package io.bnzoo.report;

import io.bnzoo.experiment.Scale;
import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A chart over batches, small enough for a phone. */
final class SmallChart {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 320;
  private static final int TICK_SPACING = 90;
  private static final float LINE_WIDTH = 1.8f;
  private static final int BAND_OPACITY = 48;

  /** How the batches are laid out along the axis. */
  enum Steps {
    LINEAR,
    LOGARITHMIC;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final XYChart chart;

  /**
   * An empty chart.
   *
   * @param scale of the trainings it shows, which the title tells if it is not the full one
   */
  SmallChart(String title, String yAxis, Steps steps, Scale scale) {
    String scaled = scale.isFull() ? "" : ", scale " + scale.share();
    this.chart = ChartStyle.chart(WIDTH, HEIGHT, title + scaled, "batches", yAxis);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
    chart.getStyler().setXAxisLogarithmic(steps == Steps.LOGARITHMIC);
    chart.getStyler().setXAxisDecimalPattern("#,##0").setXAxisTickMarkSpacingHint(TICK_SPACING);
    if (steps == Steps.LINEAR) {
      chart.getStyler().setXAxisMin(0.0);
    }
  }

  /** From 0 to 1. */
  SmallChart ofShares() {
    chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0).setYAxisDecimalPattern("0.0");
    return this;
  }

  void setRange(double min, double max) {
    chart.getStyler().setYAxisMin(min).setYAxisMax(max);
  }

  /** Of all that is drawn. */
  DoubleSummaryStatistics values() {
    return chart.getSeriesCollection().stream()
        .flatMapToDouble(series -> DoubleStream.of(series.getYData()))
        .summaryStatistics();
  }

  /** Draws a line through the points; a dot if there is but one. */
  void line(String name, List<Integer> batches, List<Double> values, Color colour) {
    if (batches.isEmpty()) {
      return;
    }
    XYSeries series = chart.addSeries(name, batches, values);
    series.setLineColor(colour);
    series.setLineWidth(LINE_WIDTH);
    series.setMarkerColor(colour);
    series.setMarker(batches.size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
  }

  /** Fills the space between two lines, faintly and without a place in the legend. */
  void band(String name, List<Integer> batches, List<Double> low, List<Double> high, Color colour) {
    if (batches.size() < 2) {
      return;
    }
    XYSeries series =
        chart.addSeries(name + " range", thereAndBack(batches, batches), thereAndBack(low, high));
    series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.PolygonArea);
    series.setFillColor(
        new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), BAND_OPACITY));
    series.setLineColor(new Color(0, 0, 0, 0));
    series.setMarker(SeriesMarkers.NONE);
    series.setShowInLegend(false);
  }

  private static <T> List<T> thereAndBack(List<T> there, List<T> back) {
    List<T> outline = new ArrayList<>(back);
    Collections.reverse(outline);
    outline.addAll(0, there);
    return outline;
  }

  /**
   * The chart as a picture.
   *
   * @param name of its file, without an ending
   */
  Picture picture(String name) throws IOException {
    return Picture.of(chart, name, chart.getTitle());
  }
}
