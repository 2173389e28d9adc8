package io.bnzoo.notebook;

import io.bnzoo.chart.ChartStyle;
import io.bnzoo.data.LabeledImages;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.Locale;

/** Images in rows, each above the digit that it was taken for. */
final class DigitSheet {
  private static final int COLUMNS = 10;
  private static final int ENLARGED = 2;
  private static final int SIDE = ENLARGED * LabeledImages.SIDE;
  private static final int CELL_WIDTH = 72;
  private static final int CELL_HEIGHT = 88;
  private static final int MARGIN = (CELL_WIDTH - SIDE) / 2;
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.BOLD, 17);
  private static final Color RIGHT = new Color(0x444444);
  private static final Color WRONG = ChartStyle.MISTAKE;

  private final LabeledImages images;
  private final int[] predicted;

  DigitSheet(LabeledImages images, int[] predicted) {
    if (predicted.length != images.size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "predicted must have a digit for each of %d images, got %d",
              images.size(),
              predicted.length));
    }
    this.images = images;
    this.predicted = predicted.clone();
  }

  BufferedImage image() {
    int rows = (images.size() + COLUMNS - 1) / COLUMNS;
    BufferedImage sheet =
        new BufferedImage(
            COLUMNS * CELL_WIDTH, Math.max(1, rows) * CELL_HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    graphics.setFont(FONT);
    for (int i = 0; i < images.size(); i++) {
      draw(graphics, i, i % COLUMNS * CELL_WIDTH, i / COLUMNS * CELL_HEIGHT);
    }
    graphics.dispose();
    return sheet;
  }

  private void draw(Graphics2D graphics, int index, int left, int top) {
    boolean right = predicted[index] == images.label(index);
    if (!right) {
      graphics.setColor(WRONG);
      graphics.fillRect(left + MARGIN - 4, top + 2, SIDE + 8, SIDE + 8);
    }
    graphics.drawImage(digit(index), left + MARGIN, top + 6, SIDE, SIDE, null);
    // Colour alone would not tell everybody.
    String text = right ? "" + predicted[index] : predicted[index] + " not " + images.label(index);
    FontMetrics metrics = graphics.getFontMetrics();
    graphics.setColor(right ? RIGHT : WRONG);
    graphics.drawString(
        text, left + (CELL_WIDTH - metrics.stringWidth(text)) / 2, top + CELL_HEIGHT - 7);
  }

  /** Dark ink on white, as people write. */
  private BufferedImage digit(int index) {
    BufferedImage digit =
        new BufferedImage(LabeledImages.SIDE, LabeledImages.SIDE, BufferedImage.TYPE_INT_RGB);
    byte[] pixels = images.pixels(index);
    for (int i = 0; i < pixels.length; i++) {
      int grey = 255 - (pixels[i] & 0xFF);
      digit.setRGB(i % LabeledImages.SIDE, i / LabeledImages.SIDE, grey << 16 | grey << 8 | grey);
    }
    return digit;
  }
}
