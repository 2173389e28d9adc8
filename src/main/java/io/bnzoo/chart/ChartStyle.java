package io.bnzoo.chart;

import io.bnzoo.experiment.Variants;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Placement;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.lines.SeriesLines;

/**
 * What all charts have in common: above all that a variant has the same colour in each of them, and
 * that nothing else has it.
 */
public final class ChartStyle {

  /** What is wrong is marked with it. */
  public static final Color MISTAKE = new Color(0xD55E00);

  /**
   * Blue, vermilion, green, purple; then, of the placements, orange, sky blue, black, grey: told
   * apart with any colour vision.
   */
  private static final List<Color> VARIANTS =
      colours(0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x000000, 0x8C8C8C);

  /** Wine, teal, indigo, olive, for what is no variant. */
  private static final List<Color> OTHERS = colours(0x882255, 0x44AA99, 0x332288, 0x999933);

  private static final Map<String, Color> BY_VARIANT = byVariant();

  /** Lines from the third on are dashed, so that those they lie on are seen through them. */
  private static final List<float[]> DASHES =
      List.of(new float[] {9, 7}, new float[] {2, 6}, new float[] {12, 5, 2, 5});

  /** The first line is so much wider that another that lies on it leaves a rim. */
  private static final float FIRST = 1.6f;

  private static final Color PALE = new Color(0xDDDDDD);
  private static final int LEGEND_LINE = 34;

  private ChartStyle() {}

  private static List<Color> colours(int... rgb) {
    return IntStream.of(rgb).mapToObj(Color::new).toList();
  }

  /**
   * In the default placement a colour for each normalization, elsewhere one for each placement;
   * LSTMs, which are in charts of their own, have the same colours.
   */
  private static Map<String, Color> byVariant() {
    List<String> colours =
        Stream.concat(
                Variants.inDefaultPlacement().stream().map(Normalization::label),
                Stream.of(Placement.values())
                    .filter(placement -> placement != Placement.BEFORE_ACTIVATION)
                    .map(Placement::name))
            .toList();
    Map<String, Color> byVariant = new HashMap<>();
    for (Normalization variant : Variants.all()) {
      String key =
          variant.placement() == Placement.BEFORE_ACTIVATION
              ? variant.label()
              : variant.placement().name();
      byVariant.put(variant.label(), VARIANTS.get(colours.indexOf(key)));
    }
    for (Normalization variant : Variants.recurrent()) {
      byVariant.put(variant.label(), VARIANTS.get(Variants.recurrent().indexOf(variant)));
    }
    return byVariant;
  }

  /**
   * The colours of the lines of a chart: a variant's is its own, what is no variant gets one that
   * no variant has. They repeat after four.
   *
   * @param names of the lines, in order
   */
  public static Map<String, Color> colours(Collection<String> names) {
    Map<String, Color> colours = new LinkedHashMap<>();
    int others = 0;
    for (String name : names) {
      if (BY_VARIANT.containsKey(name)) {
        colours.put(name, BY_VARIANT.get(name));
      } else if (!colours.containsKey(name)) {
        colours.put(name, OTHERS.get(others++ % OTHERS.size()));
      }
    }
    return colours;
  }

  /** The colour of a variant. */
  static Color colour(Normalization variant) {
    return BY_VARIANT.get(variant.label());
  }

  /** An empty chart, its legend in the lower right. */
  static XYChart chart(int width, int height, String title, String xAxis, String yAxis) {
    XYChart chart =
        new XYChartBuilder()
            .width(width)
            .height(height)
            .title(title)
            .xAxisTitle(xAxis)
            .yAxisTitle(yAxis)
            .build();
    chart
        .getStyler()
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBorderVisible(false)
        .setChartTitleVisible(false) // See Picture.
        .setLegendSeriesLineLength(LEGEND_LINE)
        .setLegendPosition(Styler.LegendPosition.InsideSE)
        .setLegendBorderColor(PALE)
        .setLocale(Locale.ROOT);
    chart.getStyler().setPlotGridLinesColor(PALE);
    return chart;
  }

  /**
   * Draws a series so that it is seen under others, and they under it.
   *
   * @param position among the series of a chart, from 0
   */
  static void draw(XYSeries series, int position, float width) {
    series.setLineWidth(position == 0 ? FIRST * width : width); // Before the style, which takes it.
    series.setLineStyle(
        position < 2
            ? SeriesLines.SOLID
            : new BasicStroke(
                width,
                BasicStroke.CAP_BUTT,
                BasicStroke.JOIN_ROUND,
                1,
                DASHES.get(position % DASHES.size()),
                0));
  }
}
