package io.bnzoo.spec;

/** The size of one input image; each component is at least 1. */
public record ImageShape(int channels, int height, int width) {

  /** An MNIST digit: one channel of 28 x 28 pixels. */
  public static final ImageShape MNIST = new ImageShape(1, 28, 28);

  public ImageShape {
    Check.argument(
        channels >= 1 && height >= 1 && width >= 1,
        "an image needs at least one channel, row and column, got %sx%sx%s",
        channels,
        height,
        width);
  }

  /** Values in one image. */
  public int size() {
    return channels * height * width;
  }
}
