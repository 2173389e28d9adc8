package io.bnzoo.compiler;

import static io.bnzoo.compiler.SettingsCheck.describe;
import static io.bnzoo.compiler.SettingsCheck.require;

import io.bnzoo.onednn.ConvolutionWindow;
import io.bnzoo.onednn.ConvolutionWindow.PerAxis;
import java.util.Locale;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/**
 * A convolution or a pooling in one direction.
 *
 * @param output how many values it gives
 * @param before how many zeros it takes before the first value
 * @param after how many after the last; less than 0 where the kernel does not reach the last values
 * @param dilation how far apart the values are that neighbours in the kernel meet
 */
record ConvolutionAxis(
    long output, long kernel, long stride, long before, long after, long dilation) {

  /**
   * How a layer moves over an input.
   *
   * @param direction 0 vertical, 1 horizontal
   * @throws UnsupportedNetworkException if it cannot
   */
  static ConvolutionAxis of(ConvolutionLayer layer, int direction, long input) {
    return of(
        layer,
        layer.getConvolutionMode(),
        layer.getKernelSize()[direction],
        layer.getStride()[direction],
        layer.getPadding()[direction],
        layer.getDilation()[direction],
        input);
  }

  /** The same for a pooling. */
  static ConvolutionAxis of(SubsamplingLayer layer, int direction, long input) {
    return of(
        layer,
        layer.getConvolutionMode(),
        layer.getKernelSize()[direction],
        layer.getStride()[direction],
        layer.getPadding()[direction],
        layer.getDilation()[direction],
        input);
  }

  private static ConvolutionAxis of(
      Layer layer,
      ConvolutionMode mode,
      long kernel,
      long stride,
      long padding,
      long dilation,
      long input) {
    require(
        kernel > 0 && stride > 0 && dilation > 0,
        String.format(
            Locale.ROOT, "%s has kernel %d and stride %d", describe(layer), kernel, stride));
    long reach = (kernel - 1) * dilation + 1;
    if (mode == ConvolutionMode.Same) {
      long output = (input + stride - 1) / stride;
      // Where the zeros cannot be shared out evenly, the end has one more, as in TensorFlow.
      long zeros = Math.max(0, (output - 1) * stride + reach - input);
      return new ConvolutionAxis(output, kernel, stride, zeros / 2, zeros - zeros / 2, dilation);
    }
    require(
        mode == ConvolutionMode.Truncate || mode == ConvolutionMode.Strict,
        describe(layer) + " has the convolution mode " + mode);
    long moves = input + 2 * padding - reach;
    // Deeplearning4j rounds towards 0, and a maximum needs no values where there are none.
    boolean isMaximum =
        layer instanceof SubsamplingLayer pooling && pooling.getPoolingType() == PoolingType.MAX;
    require(
        padding >= 0 && moves >= (isMaximum ? 1 - stride : 0),
        String.format(
            Locale.ROOT,
            "%s has a kernel of %d for %d values with padding %d",
            describe(layer),
            kernel,
            input,
            padding));
    require(
        mode == ConvolutionMode.Truncate || moves % stride == 0,
        describe(layer) + " leaves values over, which its convolution mode Strict forbids");
    long output = moves / stride + 1;
    // What the kernel does not reach at the end, oneDNN wants to be taken away there.
    return new ConvolutionAxis(
        output, kernel, stride, padding, (output - 1) * stride + reach - input - padding, dilation);
  }

  /** How both directions together move. */
  static ConvolutionWindow window(ConvolutionAxis vertical, ConvolutionAxis horizontal) {
    return new ConvolutionWindow(
        new PerAxis(vertical.stride(), horizontal.stride()),
        new PerAxis(vertical.before(), horizontal.before()),
        new PerAxis(vertical.after(), horizontal.after()),
        new PerAxis(vertical.dilation(), horizontal.dilation()));
  }

  /** Whether the kernel, not dilated, meets the first value when it begins. */
  boolean meetsFirst() {
    return before < kernel && dilation == 1;
  }
}
