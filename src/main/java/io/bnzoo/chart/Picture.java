package io.bnzoo.chart;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.font.FontRenderContext;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.knowm.xchart.XYChart;

/**
 * A chart as a PNG, drawn at twice its size, which screens and printers with fine dots show sharp.
 *
 * @param name of its file, without an ending
 * @param description what it shows, for those who do not see it
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares pictures.
public record Picture(String name, String description, byte[] png) {

  /** Of a chart's points, in a picture. */
  static final int DOTS = 2;

  private static final FontRenderContext FONTS = new FontRenderContext(null, true, true);

  private static final int TITLE_LINE = 20;
  private static final int TITLE_MARGIN = 8;

  /**
   * A chart as an image, its title above it in as many lines as it needs; XChart would cut it off.
   *
   * @param height in the chart's points, with one line of a title
   * @param dots along each side of one of its points
   */
  static BufferedImage image(XYChart chart, int height, double dots) {
    Font font = chart.getStyler().getChartTitleFont();
    List<String> title = lines(chart.getTitle(), font, chart.getWidth() - 2 * TITLE_MARGIN);
    int chartHeight = height - TITLE_MARGIN - TITLE_LINE;
    BufferedImage image =
        new BufferedImage(
            (int) Math.ceil(dots * chart.getWidth()),
            (int) Math.ceil(dots * (TITLE_MARGIN + TITLE_LINE * title.size() + chartHeight)),
            BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.scale(dots, dots);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    graphics.setColor(chart.getStyler().getChartFontColor());
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.translate(0, TITLE_MARGIN);
    for (String line : title) {
      graphics.translate(0, TITLE_LINE);
      double left = (chart.getWidth() - width(line, font)) / 2;
      graphics.fill(
          new TextLayout(line, font, FONTS)
              .getOutline(AffineTransform.getTranslateInstance(left, -TITLE_MARGIN / 2.0)));
    }
    chart.paint(graphics, chart.getWidth(), chartHeight);
    graphics.dispose();
    return image;
  }

  /** A text in lines that are no wider than they may be, unless a word is. */
  static List<String> lines(String text, Font font, double width) {
    List<String> lines = new ArrayList<>();
    for (String word : text.split(" ", -1)) {
      String longer = lines.isEmpty() ? word : lines.get(lines.size() - 1) + " " + word;
      if (lines.isEmpty() || width(longer, font) > width) {
        lines.add(word);
      } else {
        lines.set(lines.size() - 1, longer);
      }
    }
    return lines;
  }

  /** How wide a text is, in a chart's points. */
  static double width(String text, Font font) {
    return font.getStringBounds(text, FONTS).getWidth();
  }

  /**
   * An image as the bytes of a PNG file. ImageIO's own choice is a stream that caches in a file,
   * and that cannot be opened any more when the JVM is about to end after Ctrl-C.
   */
  static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(png)) {
      ImageIO.write(image, "png", out);
    }
    return png.toByteArray();
  }

  /** The picture as an address that carries it whole, to be embedded in a page. */
  public String address() {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
  }

  public String fileName() {
    return name + ".png";
  }
}
