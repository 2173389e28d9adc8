package io.bnzoo.report;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
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
record Picture(String name, String description, byte[] png) {

  /** Of a chart's points, in a picture. */
  static final int DOTS = 2;

  /**
   * A chart as an image.
   *
   * @param height in the chart's points
   * @param dots along each side of one of its points
   */
  static BufferedImage image(XYChart chart, int height, double dots) {
    BufferedImage image =
        new BufferedImage(
            (int) Math.ceil(dots * chart.getWidth()),
            (int) Math.ceil(dots * height),
            BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.scale(dots, dots);
    chart.paint(graphics, chart.getWidth(), height);
    graphics.dispose();
    return image;
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
  String address() {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
  }

  String fileName() {
    return name + ".png";
  }
}
