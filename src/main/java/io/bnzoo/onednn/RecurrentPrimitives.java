package io.bnzoo.onednn;

import io.bnzoo.onednn.ConvolutionWindow.PerAxis;
import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;

/**
 * The primitives of recurrent layers.
 *
 * <p>A step's values for N sequences are [1,F,1,N] and those of T steps [T,F,1,N]: with the
 * features in {@linkplain Layout#blocked blocks}, a product with weights is a convolution of one
 * pixel, the gates stand one behind the other, and a batch normalization of a step has statistics
 * of its own. Source of what they compute: oneDNN's developer guide, version 2.5, on convolutions,
 * binary primitives and post-ops.
 */
public final class RecurrentPrimitives {
  /** That of a product with weights: one pixel after the other. */
  public static final ConvolutionWindow PIXELS =
      new ConvolutionWindow(new PerAxis(1, 1), new PerAxis(0, 0), new PerAxis(0, 0));

  private RecurrentPrimitives() {}

  /** The product with weights in any layout, with a bias if there is one. */
  public static Primitive product(
      Mode mode, Layout source, Layout destination, Optional<Layout> bias) {
    return Primitives.convolution(
        mode, source, weights(source, destination), bias, destination, PIXELS, Optional.empty());
  }

  /** The product with weights in any layout, added to what the destination has. */
  public static Primitive addedProduct(Mode mode, Layout source, Layout destination) {
    return Primitives.convolution(
        mode,
        source,
        weights(source, destination),
        Optional.empty(),
        destination,
        PIXELS,
        PostOps.none().addTo(1));
  }

  private static Layout weights(Layout source, Layout destination) {
    return Layout.any(destination.size(1), source.size(1), 1, 1);
  }

  /** The gradient of a product's source. */
  public static Primitive sourceGradient(Layout source, Layout destination, Primitive forward) {
    return Primitives.convolutionSourceGradient(
        source, weights(source, destination), destination, PIXELS, forward);
  }

  /** The gradients of a product's weights and bias, summed over all steps. */
  public static Primitive weightGradient(
      Layout source, Layout destination, Optional<Layout> bias, Primitive forward) {
    return Primitives.convolutionWeightGradient(
        source, weights(source, destination), bias, destination, PIXELS, forward);
  }

  /** {@code function(source + secondSource)}. */
  public static Primitive activatedSum(Layout data, ActivationFunction function) {
    return Primitives.binary(
        dnnl.dnnl_binary_add,
        data,
        data,
        PostOps.none().apply(function.algorithm(), function.alpha(), function.beta()));
  }

  /** {@code destination += source * secondSource}. */
  public static Primitive addedProductOfValues(Layout data) {
    return Primitives.binary(dnnl.dnnl_binary_mul, data, data, PostOps.none().addTo(1));
  }
}
