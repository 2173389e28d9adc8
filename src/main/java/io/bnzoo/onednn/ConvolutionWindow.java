package io.bnzoo.onednn;

/**
 * The strides, padding and dilation of a convolution or a pooling.
 *
 * @param strides vertical and horizontal
 * @param before zero padding above and to the left
 * @param after zero padding below and to the right; negative where trailing values are not reached
 * @param dilation distance of the values that neighbours in the kernel meet
 */
public record ConvolutionWindow(PerAxis strides, PerAxis before, PerAxis after, PerAxis dilation) {

  /** Without dilation: neighbours meet neighbours. */
  public ConvolutionWindow(PerAxis strides, PerAxis before, PerAxis after) {
    this(strides, before, after, new PerAxis(1, 1));
  }

  /** How many values oneDNN leaves out between two. */
  long[] gaps() {
    return new long[] {dilation.vertical() - 1, dilation.horizontal() - 1};
  }

  /**
   * A value for each direction.
   *
   * @param vertical along the rows' axis
   * @param horizontal along the columns' axis
   */
  public record PerAxis(long vertical, long horizontal) {
    long[] toArray() {
      return new long[] {vertical, horizontal};
    }
  }
}
