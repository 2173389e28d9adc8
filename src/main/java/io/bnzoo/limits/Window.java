package io.bnzoo.limits;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.PrimaryCapsules;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/**
 * What slides over the axes of an input: the kernel of a convolution, the area of a pooling.
 *
 * @param kernel its size on each axis
 * @param stride how far it moves
 * @param padding on either side of each axis; none where the mode makes its own
 * @param dilation the distance of the values that it takes
 * @param mode how borders are treated
 */
record Window(
    List<Integer> kernel,
    List<Integer> stride,
    List<Integer> padding,
    List<Integer> dilation,
    ConvolutionMode mode) {
  private static final int[] ONES = {1, 1, 1};
  private static final int[] ZEROS = {0, 0, 0};

  private static Window of(
      int[] kernel, int[] stride, int[] padding, int[] dilation, ConvolutionMode mode) {
    return new Window(
        boxed(kernel),
        boxed(stride),
        boxed(padding == null ? ZEROS : padding),
        boxed(dilation == null ? ONES : dilation),
        mode);
  }

  private static List<Integer> boxed(int[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  static Window of(ConvolutionLayer layer) {
    return of(
        layer.getKernelSize(),
        layer.getStride(),
        layer.getPadding(),
        layer.getDilation(),
        layer.getConvolutionMode());
  }

  static Window of(SubsamplingLayer layer) {
    return of(
        layer.getKernelSize(),
        layer.getStride(),
        layer.getPadding(),
        layer.getDilation(),
        layer.getConvolutionMode());
  }

  static Window of(Subsampling3DLayer layer) {
    return of(
        layer.getKernelSize(),
        layer.getStride(),
        layer.getPadding(),
        layer.getDilation(),
        layer.getConvolutionMode());
  }

  static Window of(PrimaryCapsules layer) {
    return of(
        layer.getKernelSize(),
        layer.getStride(),
        layer.getPadding(),
        layer.getDilation(),
        layer.getConvolutionMode());
  }

  static Window of(LocallyConnected2D layer) {
    return of(layer.getKernel(), layer.getStride(), layer.getPadding(), ONES, layer.getCm());
  }

  static Window of(LocallyConnected1D layer) {
    return of(
        new int[] {layer.getKernel()},
        new int[] {layer.getStride()},
        new int[] {layer.getPadding()},
        ONES,
        layer.getCm());
  }

  /** How many values it covers. */
  long area(int axes) {
    long area = 1;
    for (int axis = 0; axis < axes; axis++) {
      area = ActivationShape.product(area, kernel.get(axis));
    }
    return area;
  }

  /** How many places it takes on each axis; 0 or less where it does not fit in. */
  List<Long> places(List<Long> sizes) {
    List<Long> places = new ArrayList<>();
    for (int axis = 0; axis < sizes.size(); axis++) {
      long free = sizes.get(axis) + 2L * padding.get(axis) - extent(axis);
      places.add(
          padsItself()
              ? ceiling(sizes.get(axis), stride.get(axis))
              : free < 0 ? 0 : free / stride.get(axis) + 1);
    }
    return places;
  }

  /** The sizes whose places these are, which a transposed convolution gives. */
  List<Long> transposed(List<Long> places) {
    List<Long> sizes = new ArrayList<>();
    for (int axis = 0; axis < places.size(); axis++) {
      sizes.add(
          padsItself()
              ? places.get(axis) * stride.get(axis)
              : (places.get(axis) - 1) * stride.get(axis) + extent(axis) - 2L * padding.get(axis));
    }
    return sizes;
  }

  private boolean padsItself() {
    return mode == ConvolutionMode.Same || mode == ConvolutionMode.Causal;
  }

  private long extent(int axis) {
    return (kernel.get(axis) - 1L) * dilation.get(axis) + 1;
  }

  private static long ceiling(long size, long stride) {
    return (size + stride - 1) / stride;
  }
}
