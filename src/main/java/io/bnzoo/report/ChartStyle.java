package io.bnzoo.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;

/** What all charts have in common. */
public final class ChartStyle {

  /** Blue, vermilion, green, purple, orange, sky blue, black: told apart with any colour vision. */
  private static final List<Color> COLOURS =
      Stream.of(0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x000000)
          .map(Color::new)
          .toList();

  /** Lines from the third on are dashed, so that one they lie on is seen through them. */
  private static final List<float[]> DASHES =
      List.of(new float[] {9, 7}, new float[] {2, 6}, new float[] {12, 5, 2, 5});

  private static final Color PALE = new Color(0xDDDDDD);

  private ChartStyle() {}

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
        .setChartTitleBoxVisible(false)
        .setLegendPosition(Styler.LegendPosition.InsideSE)
        .setLegendBorderColor(PALE)
        .setLocale(Locale.ROOT);
    chart.getStyler().setPlotGridLinesColor(PALE);
    return chart;
  }

  /** The colour of the series at a position, from 0; they repeat after seven. */
  public static Color colour(int position) {
    return COLOURS.get(position % COLOURS.size());
  }

  /** The stroke of the series at a position, from 0. */
  static BasicStroke stroke(int position, float width) {
    return position < 2
        ? new BasicStroke(width)
        : new BasicStroke(
            width,
            BasicStroke.CAP_BUTT,
            BasicStroke.JOIN_ROUND,
            1,
            DASHES.get(position % DASHES.size()),
            0);
  }
}
