package io.bnzoo.onednn;

/**
 * The strides and padding of a convolution or a pooling.
 *
 * @param strides vertical and horizontal
 * @param before zero padding above and to the left
 * @param after zero padding below and to the right; negative where trailing values are not reached
 */
public record ConvolutionWindow(PerAxis strides, PerAxis before, PerAxis after) {

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
