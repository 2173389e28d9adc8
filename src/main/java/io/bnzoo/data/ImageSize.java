package io.bnzoo.data;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The size of an image, written {@code 32x32}, rows first.
 *
 * @param height rows, 1 to 65,535
 * @param width columns, 1 to 65,535
 */
public record ImageSize(int height, int width) {
  private static final int LARGEST = 65_535;
  private static final Pattern TEXT = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if one of them is exceeded
   */
  public ImageSize {
    if (height < 1 || height > LARGEST || width < 1 || width > LARGEST) {
      throw new IllegalArgumentException(
          "height and width must be in [1, 65535], got " + height + " and " + width);
    }
  }

  /**
   * Reads what people write.
   *
   * @throws IllegalArgumentException if it is not HEIGHTxWIDTH
   */
  public static ImageSize parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("expected HEIGHTxWIDTH, as in 32x32, got '" + text + "'");
    }
    return new ImageSize(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  @Override
  public String toString() {
    return height + "x" + width;
  }
}
