package io.bnzoo.chart;

import io.bnzoo.experiment.Scale;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A line chart, small enough for a phone. */
public final class SmallChart {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 320;

  /** Of a legend below the chart: between its parts, and from one line to the next. */
  private static final int LEGEND_PADDING = 5;

  private static final int LEGEND_LINE = 20;
  private static final int TICK_SPACING = 90;
  private static final float LINE_WIDTH = 1.8f;
  private static final float THIN_LINE_WIDTH = 0.8f;
  private static final int BAND_OPACITY = 48;
  private static final double HAIR = 1e-3;

  /** How steps are laid out along the axis. */
  public enum Steps {
    LINEAR,
    LOGARITHMIC;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final XYChart chart;
  private final List<String> legend = new ArrayList<>();

  private SmallChart(String title, String xAxis, String yAxis) {
    this.chart = ChartStyle.chart(WIDTH, HEIGHT, title, xAxis, yAxis);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
  }

  /** An empty chart of something against the number of batches trained. */
  public static SmallChart overBatches(String title, String yAxis, Steps steps) {
    SmallChart small = new SmallChart(title, "batches", yAxis);
    XYStyler styler = small.chart.getStyler();
    styler.setXAxisLogarithmic(steps == Steps.LOGARITHMIC);
    styler.setXAxisDecimalPattern("#,##0").setXAxisTickMarkSpacingHint(TICK_SPACING);
    if (steps == Steps.LINEAR) {
      styler.setXAxisMin(0.0);
    }
    return small;
  }

  /**
   * The same.
   *
   * @param scale of the trainings it shows, which the title tells if it is not the full one
   */
  static SmallChart overBatches(String title, String yAxis, Steps steps, Scale scale) {
    String scaled = scale.isFull() ? "" : ", scale " + scale.share();
    return overBatches(title + scaled, yAxis, steps);
  }

  /** An empty chart of something against the steps of a sequence. */
  public static SmallChart overTimeSteps(String title, String yAxis) {
    SmallChart small = new SmallChart(title, "time step", yAxis);
    XYStyler styler = small.chart.getStyler();
    styler.setXAxisMin(0.0).setXAxisDecimalPattern("0").setXAxisTickMarkSpacingHint(TICK_SPACING);
    styler.setYAxisDecimalPattern("0.###");
    return small;
  }

  /**
   * Draws a value for each step of a sequence, from 1 on, where it is finite. The last step is
   * drawn a hair to the right: under steps at equal distances XChart would write all their numbers.
   */
  public void timeLine(String name, List<Double> values, Color colour) {
    List<Integer> shown =
        IntStream.range(0, values.size())
            .filter(t -> Double.isFinite(values.get(t)))
            .boxed()
            .toList();
    double last = values.size() - 1 + HAIR;
    line(
        name,
        shown.stream().map(t -> 1 + (t == values.size() - 1 ? last : t)).toList(),
        shown.stream().map(values::get).toList(),
        colour);
  }

  /** An empty chart of how often values occur. */
  public static SmallChart ofDistributions(String title, String xAxis) {
    SmallChart small = new SmallChart(title, xAxis, "density").fromZero();
    small.chart.getStyler().setXAxisDecimalPattern("0.#####");
    small.chart.getStyler().setXAxisTickMarkSpacingHint(TICK_SPACING);
    small.chart.getStyler().setYAxisTicksVisible(false);
    return small;
  }

  /** From 0 up. */
  public SmallChart fromZero() {
    chart.getStyler().setYAxisMin(0.0).setYAxisDecimalPattern("0.0#");
    return this;
  }

  /** From 0 to 1. */
  public SmallChart ofShares() {
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

  /**
   * Draws a line through the points; a dot if there is but one. Of several lines that lie on each
   * other each is seen: the first is wider, those from the third on are dashed.
   */
  public void line(String name, List<? extends Number> x, List<Double> values, Color colour) {
    add(name, x, values, colour, LINE_WIDTH)
        .ifPresent(
            series -> {
              ChartStyle.draw(series, legend.size(), LINE_WIDTH);
              series.setShowInLegend(true);
              legend.add(name);
            });
  }

  /** The same, without a place in the legend: for what needs no name of its own. */
  public void unnamedLine(
      String name, List<? extends Number> x, List<Double> values, Color colour) {
    add(name, x, values, colour, LINE_WIDTH);
  }

  /** The same, so thin that others stand out against it. */
  public void thinLine(String name, List<? extends Number> x, List<Double> values, Color colour) {
    add(name, x, values, colour, THIN_LINE_WIDTH);
  }

  /** Draws the points alone, each as a diamond. */
  public void marks(String name, List<? extends Number> x, List<Double> values, Color colour) {
    add(name, x, values, colour, LINE_WIDTH)
        .ifPresent(
            series -> {
              series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
              series.setMarker(SeriesMarkers.DIAMOND);
              series.setShowInLegend(true);
              legend.add(name);
            });
  }

  private Optional<XYSeries> add(
      String name, List<? extends Number> x, List<Double> values, Color colour, float width) {
    if (x.isEmpty()) {
      return Optional.empty();
    }
    XYSeries series = chart.addSeries(name, x, values);
    series.setLineColor(colour);
    series.setLineWidth(width);
    series.setLineStyle(SeriesLines.SOLID);
    series.setMarkerColor(colour);
    series.setMarker(x.size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
    series.setShowInLegend(false);
    return Optional.of(series);
  }

  /** Fills the space between two lines, faintly and without a place in the legend. */
  public void band(
      String name, List<Integer> batches, List<Double> low, List<Double> high, Color colour) {
    if (batches.size() < 2) {
      return;
    }
    XYSeries series =
        chart.addSeries(name + " range", closedOutline(batches, batches), closedOutline(low, high));
    series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.PolygonArea);
    series.setFillColor(
        new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), BAND_OPACITY));
    series.setLineColor(new Color(0, 0, 0, 0));
    series.setMarker(SeriesMarkers.NONE);
    series.setShowInLegend(false);
  }

  private static <T> List<T> closedOutline(List<T> there, List<T> back) {
    List<T> outline = new ArrayList<>(back);
    Collections.reverse(outline);
    outline.addAll(0, there);
    return outline;
  }

  /**
   * Names that have no room beside each other get a line each, for which the picture becomes
   * higher; XChart would cut them off.
   *
   * @return by how much
   */
  private int layOutLegend() {
    Styler styler = chart.getStyler();
    double width =
        legend.stream()
            .mapToDouble(
                name ->
                    Picture.width(name, styler.getLegendFont())
                        + styler.getLegendSeriesLineLength()
                        + 3 * LEGEND_PADDING)
            .sum();
    boolean wide = width > WIDTH - 4 * LEGEND_PADDING;
    styler.setLegendPadding(LEGEND_PADDING);
    styler.setLegendLayout(wide ? Styler.LegendLayout.Vertical : Styler.LegendLayout.Horizontal);
    return wide ? LEGEND_LINE * (legend.size() - 1) : 0;
  }

  /**
   * The chart as an image.
   *
   * @param dots along each side of one of its points
   */
  public BufferedImage image(double dots) {
    return Picture.image(chart, HEIGHT + layOutLegend(), dots);
  }

  /**
   * The chart as a picture.
   *
   * @param name of its file, without an ending
   */
  Picture picture(String name) throws IOException {
    return new Picture(name, chart.getTitle(), Picture.png(image(Picture.DOTS)));
  }
}
