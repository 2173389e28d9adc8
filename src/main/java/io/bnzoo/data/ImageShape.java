package io.bnzoo.data;

import java.util.Objects;

/**
 * The size of one input image, made of named parts: {@code
 * ImageShape.withChannels(3).height(32).width(32)}. Each part is at least 1.
 *
 * <p>Libraries differ in which of the three comes first, so that bare numbers could be taken for
 * each other.
 */
public final class ImageShape {

  /** An MNIST digit: one channel of 28 x 28 pixels. */
  public static final ImageShape MNIST = withChannels(1).height(28).width(28);

  private final int channels;
  private final int height;
  private final int width;

  private ImageShape(int channels, int height, int width) {
    if (channels < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "an image needs at least one channel, row and column, got "
              + named(channels, height, width));
    }
    if ((double) channels * height * width > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "an image may have at most 2147483647 values, got " + named(channels, height, width));
    }
    this.channels = channels;
    this.height = height;
    this.width = width;
  }

  private static String named(int channels, int height, int width) {
    return channels + " channels, height " + height + ", width " + width;
  }

  /** The first part: 1 for gray images, 3 for colored ones. */
  public static WithChannels withChannels(int channels) {
    return height -> width -> new ImageShape(channels, height, width);
  }

  /** Waits for the height. */
  @FunctionalInterface
  public interface WithChannels {
    /** The number of rows. */
    WithHeight height(int height);
  }

  /** Waits for the width. */
  @FunctionalInterface
  public interface WithHeight {
    /** The number of columns, which completes the shape. */
    ImageShape width(int width);
  }

  /** 1 for grey images, 3 for coloured ones. */
  public int channels() {
    return channels;
  }

  /** Rows. */
  public int height() {
    return height;
  }

  /** Columns. */
  public int width() {
    return width;
  }

  /** Values in one image. */
  public int size() {
    return channels * height * width;
  }

  /** In a sentence: "28 x 28 pixels and one channel". */
  public String description() {
    return height
        + " x "
        + width
        + " pixels and "
        + (channels == 1 ? "one channel" : channels + " channels");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ImageShape shape
        && shape.channels == channels
        && shape.height == height
        && shape.width == width;
  }

  @Override
  public int hashCode() {
    return Objects.hash(channels, height, width);
  }

  @Override
  public String toString() {
    return height + " x " + width + ", channels: " + channels;
  }
}
