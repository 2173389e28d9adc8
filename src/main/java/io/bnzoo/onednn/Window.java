package io.bnzoo.onednn;

/**
 * How a convolution's kernel moves over an image.
 *
 * @param strides vertical and horizontal
 * @param before rows above and columns to the left that are taken for 0
 * @param after rows below and columns to the right
 */
public record Window(Pair strides, Pair before, Pair after) {

  /** A value for each direction. */
  public record Pair(long vertical, long horizontal) {
    long[] toArray() {
      return new long[] {vertical, horizontal};
    }
  }
}
