package io.bnzoo.zoo;

import io.bnzoo.data.ImageShape;
import io.bnzoo.layer.ImageToSequence;

/** In which order a recurrent network is shown an image. */
public enum Reading {
  /** Row by row from the top. */
  ROWS(true),
  /** Pixel by pixel, row by row. */
  PIXELS(true),
  /** Pixel by pixel in a random order, the same for all images and networks. */
  PERMUTED(false),
  /**
   * Pixel by pixel, each step's drawn from all, the same for all images and networks: what the
   * published figures of the permuted task are of, see {@link
   * ImageToSequence#drawnWithReplacement}.
   */
  DRAWN(false);

  /** Of the permutation and of the drawing, whatever a network's seed is. */
  public static final long ORDER_SEED = 1;

  private final boolean beginsAlike;

  Reading(boolean beginsAlike) {
    this.beginsAlike = beginsAlike;
  }

  /**
   * Whether digits begin alike: with the black rows above them, over which a batch has no variance.
   */
  public boolean beginsAlike() {
    return beginsAlike;
  }

  /** What stands before the first layer of a network that reads so. */
  ImageToSequence of(ImageShape shape) {
    return switch (this) {
      case ROWS -> ImageToSequence.rows(shape);
      case PIXELS -> ImageToSequence.pixels(shape);
      case PERMUTED -> ImageToSequence.permuted(shape, ORDER_SEED);
      case DRAWN -> ImageToSequence.drawnWithReplacement(shape, ORDER_SEED);
    };
  }
}
