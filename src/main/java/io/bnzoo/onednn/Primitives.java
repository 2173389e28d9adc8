package io.bnzoo.onednn;

import io.bnzoo.onednn.ConvolutionWindow.PerAxis;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_batch_normalization_desc_t;
import org.bytedeco.dnnl.dnnl_binary_desc_t;
import org.bytedeco.dnnl.dnnl_convolution_desc_t;
import org.bytedeco.dnnl.dnnl_eltwise_desc_t;
import org.bytedeco.dnnl.dnnl_inner_product_desc_t;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_pooling_v2_desc_t;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;

/**
 * The primitives that layers are made of; those of an optimizer are {@link VectorPrimitives}.
 *
 * <p>Backward primitives take the forward one, because the two have to agree on layouts. Source of
 * what they compute: oneDNN's developer guide, version 2.5.
 */
public final class Primitives {

  private Primitives() {}

  /**
   * A convolution, perhaps followed by an activation function.
   *
   * @param weights [out,in,h,w], or [groups,out/groups,in/groups,h,w] where each group of channels
   *     is convolved by itself
   * @param bias [out]
   */
  public static Primitive convolution(
      Mode mode,
      Layout source,
      Layout weights,
      Optional<Layout> bias,
      Layout destination,
      ConvolutionWindow window,
      Optional<ActivationFunction> then) {
    return convolution(mode, source, weights, bias, destination, window, postOps(then));
  }

  /** The same followed by any post-ops. */
  static Primitive convolution(
      Mode mode,
      Layout source,
      Layout weights,
      Optional<Layout> bias,
      Layout destination,
      ConvolutionWindow window,
      PostOps then) {
    dnnl_convolution_desc_t operation = new dnnl_convolution_desc_t();
    OneDnn.check(
        dnnl.dnnl_dilated_convolution_forward_desc_init(
            operation,
            mode.propagation(),
            dnnl.dnnl_convolution_direct,
            source.description(),
            weights.description(),
            description(bias),
            destination.description(),
            window.strides().toArray(),
            window.gaps(),
            window.before().toArray(),
            window.after().toArray()),
        "convolve " + source + " to " + destination);
    return Primitive.of(operation, then, null);
  }

  /** The gradient of a convolution's source. */
  public static Primitive convolutionSourceGradient(
      Layout source,
      Layout weights,
      Layout destination,
      ConvolutionWindow window,
      Primitive forward) {
    dnnl_convolution_desc_t operation = new dnnl_convolution_desc_t();
    OneDnn.check(
        dnnl.dnnl_dilated_convolution_backward_data_desc_init(
            operation,
            dnnl.dnnl_convolution_direct,
            source.description(),
            weights.description(),
            destination.description(),
            window.strides().toArray(),
            window.gaps(),
            window.before().toArray(),
            window.after().toArray()),
        "convolve " + destination + " back to " + source);
    return Primitive.of(operation, PostOps.none(), forward);
  }

  /** The gradients of a convolution's weights and bias. */
  public static Primitive convolutionWeightGradient(
      Layout source,
      Layout weights,
      Optional<Layout> bias,
      Layout destination,
      ConvolutionWindow window,
      Primitive forward) {
    dnnl_convolution_desc_t operation = new dnnl_convolution_desc_t();
    OneDnn.check(
        dnnl.dnnl_dilated_convolution_backward_weights_desc_init(
            operation,
            dnnl.dnnl_convolution_direct,
            source.description(),
            weights.description(),
            description(bias),
            destination.description(),
            window.strides().toArray(),
            window.gaps(),
            window.before().toArray(),
            window.after().toArray()),
        "differentiate a convolution by its weights " + weights);
    return Primitive.of(operation, PostOps.none(), forward);
  }

  /**
   * A matrix product, {@code source * weights^T + bias}, perhaps followed by an activation
   * function.
   *
   * @param source [N,in]
   * @param weights [out,in]
   * @param bias [out]
   */
  public static Primitive dense(
      Mode mode,
      Layout source,
      Layout weights,
      Optional<Layout> bias,
      Layout destination,
      Optional<ActivationFunction> then) {
    dnnl_inner_product_desc_t operation = new dnnl_inner_product_desc_t();
    OneDnn.check(
        dnnl.dnnl_inner_product_forward_desc_init(
            operation,
            mode.propagation(),
            source.description(),
            weights.description(),
            description(bias),
            destination.description()),
        "multiply " + source + " with " + weights);
    return Primitive.of(operation, postOps(then), null);
  }

  /** The gradient of a matrix product's source. */
  public static Primitive denseSourceGradient(
      Layout source, Layout weights, Layout destination, Primitive forward) {
    dnnl_inner_product_desc_t operation = new dnnl_inner_product_desc_t();
    OneDnn.check(
        dnnl.dnnl_inner_product_backward_data_desc_init(
            operation, source.description(), weights.description(), destination.description()),
        "multiply " + destination + " back with " + weights);
    return Primitive.of(operation, PostOps.none(), forward);
  }

  /** The gradients of a matrix product's weights and bias. */
  public static Primitive denseWeightGradient(
      Layout source, Layout weights, Optional<Layout> bias, Layout destination, Primitive forward) {
    dnnl_inner_product_desc_t operation = new dnnl_inner_product_desc_t();
    OneDnn.check(
        dnnl.dnnl_inner_product_backward_weights_desc_init(
            operation,
            source.description(),
            weights.description(),
            description(bias),
            destination.description()),
        "differentiate a matrix product by its weights " + weights);
    return Primitive.of(operation, PostOps.none(), forward);
  }

  /**
   * Batch normalization with gamma and beta, and rectified if asked to. By the batch's statistics,
   * it computes them.
   *
   * @param data [N,C,H,W], of the source and of the destination
   */
  public static Primitive batchNormalization(
      Mode mode, Layout data, double epsilon, boolean rectified) {
    return mode.byBatch()
        ? batchNormalization(dnnl.dnnl_forward_training, data, epsilon, 0, rectified)
        : batchNormalization(
            dnnl.dnnl_forward_inference, data, epsilon, dnnl.dnnl_use_global_stats, rectified);
  }

  /** The same by the batch's statistics, which are given. */
  public static Primitive batchNormalizationByMoments(
      Layout data, double epsilon, boolean rectified) {
    return batchNormalization(
        dnnl.dnnl_forward_training, data, epsilon, dnnl.dnnl_use_global_stats, rectified);
  }

  private static Primitive batchNormalization(
      int propagation, Layout data, double epsilon, int statistics, boolean rectified) {
    dnnl_batch_normalization_desc_t operation = new dnnl_batch_normalization_desc_t();
    OneDnn.check(
        dnnl.dnnl_batch_normalization_forward_desc_init(
            operation,
            propagation,
            data.description(),
            (float) epsilon,
            normalizationFlags(rectified) | statistics),
        "normalize " + data);
    return Primitive.of(operation, PostOps.none(), null);
  }

  /** The gradients of a batch normalization by the batch's own statistics. */
  public static Primitive batchNormalizationGradient(
      Layout data, double epsilon, boolean rectified, Primitive forward) {
    dnnl_batch_normalization_desc_t operation = new dnnl_batch_normalization_desc_t();
    OneDnn.check(
        dnnl.dnnl_batch_normalization_backward_desc_init(
            operation,
            dnnl.dnnl_backward,
            data.description(),
            data.description(),
            (float) epsilon,
            normalizationFlags(rectified)),
        "differentiate the normalization of " + data);
    return Primitive.of(operation, PostOps.none(), forward);
  }

  private static int normalizationFlags(boolean rectified) {
    return dnnl.dnnl_use_scaleshift | (rectified ? dnnl.dnnl_fuse_norm_relu : 0);
  }

  /**
   * The mean of each channel of each image.
   *
   * @param data [N,C,H,W]
   * @return from that to [N,C,1,1]
   */
  public static Primitive meanOverPixels(Layout data) {
    PerAxis whole = new PerAxis(data.size(2), data.size(3));
    PerAxis none = new PerAxis(0, 0);
    return pooling(
        Mode.INFERENCE,
        Pooling.MEAN,
        data,
        Layout.channelsLast(data.size(0), data.size(1), 1, 1),
        whole,
        new ConvolutionWindow(whole, none, none));
  }

  /**
   * A pooling.
   *
   * @param source [N,C,H,W]
   * @param destination [N,C,h,w]
   * @param kernel rows and columns that the window covers
   */
  public static Primitive pooling(
      Mode mode,
      Pooling kind,
      Layout source,
      Layout destination,
      PerAxis kernel,
      ConvolutionWindow window) {
    dnnl_pooling_v2_desc_t operation = new dnnl_pooling_v2_desc_t();
    OneDnn.check(
        dnnl.dnnl_pooling_v2_forward_desc_init(
            operation,
            mode.propagation(),
            kind.algorithm(),
            source.description(),
            destination.description(),
            window.strides().toArray(),
            kernel.toArray(),
            window.gaps(),
            window.before().toArray(),
            window.after().toArray()),
        "pool " + source + " to " + destination);
    return Primitive.of(operation, PostOps.none(), null);
  }

  /** The gradient of a pooling's source. */
  public static Primitive poolingGradient(
      Pooling kind,
      Layout source,
      Layout destination,
      PerAxis kernel,
      ConvolutionWindow window,
      Primitive forward) {
    dnnl_pooling_v2_desc_t operation = new dnnl_pooling_v2_desc_t();
    OneDnn.check(
        dnnl.dnnl_pooling_v2_backward_desc_init(
            operation,
            kind.algorithm(),
            source.description(),
            destination.description(),
            window.strides().toArray(),
            kernel.toArray(),
            window.gaps(),
            window.before().toArray(),
            window.after().toArray()),
        "pool " + destination + " back to " + source);
    return Primitive.of(operation, PostOps.none(), forward);
  }

  /**
   * The squares of the differences to one row.
   *
   * @param data [N,F], of the source and of the destination; the second source is [1,F]
   */
  public static Primitive squaredDeviations(Layout data) {
    return binary(
        dnnl.dnnl_binary_sub,
        data,
        Layout.rowByRow(1, data.size(1)),
        PostOps.none().apply(dnnl.dnnl_eltwise_square, 0, 0));
  }

  /** An activation function of each value. */
  public static Primitive activation(Mode mode, ActivationFunction activation, Layout data) {
    dnnl_eltwise_desc_t operation = new dnnl_eltwise_desc_t();
    OneDnn.check(
        dnnl.dnnl_eltwise_forward_desc_init(
            operation,
            mode.propagation(),
            activation.algorithm(),
            data.description(),
            (float) activation.alpha(),
            (float) activation.beta()),
        "activate " + data);
    return Primitive.of(operation, PostOps.none(), null);
  }

  /**
   * The gradient of an activation function's argument, given its value as the destination or, where
   * it is not {@linkplain ActivationFunction#isDerivedFromResult derived from that}, the argument
   * as the source.
   */
  public static Primitive activationGradient(
      ActivationFunction activation, Layout data, Primitive forward) {
    dnnl_eltwise_desc_t operation = new dnnl_eltwise_desc_t();
    OneDnn.check(
        dnnl.dnnl_eltwise_backward_desc_init(
            operation,
            activation.algorithm(),
            data.description(),
            data.description(),
            (float) activation.alpha(),
            (float) activation.beta()),
        "differentiate " + activation);
    return Primitive.of(operation, PostOps.none(), forward);
  }

  /** Each value divided by one number, the second source. */
  public static Primitive quotient(Layout data) {
    return binary(dnnl.dnnl_binary_div, data, Layout.number(data.size().length), PostOps.none());
  }

  /** Each value times another's of the same size, the second source. */
  public static Primitive product(Layout data) {
    return binary(dnnl.dnnl_binary_mul, data, data, PostOps.none());
  }

  static Primitive binary(int algorithm, Layout data, Layout other, PostOps then) {
    dnnl_binary_desc_t operation = new dnnl_binary_desc_t();
    OneDnn.check(
        dnnl.dnnl_binary_desc_init(
            operation, algorithm, data.description(), other.description(), data.description()),
        "combine " + data + " with " + other);
    return Primitive.of(operation, then, null);
  }

  /** The same values in another layout. */
  public static Primitive reorder(Layout from, Layout to) {
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    dnnl_primitive_attr attributes = Primitive.attributes(PostOps.none());
    OneDnn.check(
        dnnl.dnnl_reorder_primitive_desc_create(
            description,
            from.description(),
            OneDnn.engine(),
            to.description(),
            OneDnn.engine(),
            attributes),
        "reorder " + from);
    dnnl.dnnl_primitive_attr_destroy(attributes);
    return new Primitive(description);
  }

  private static PostOps postOps(Optional<ActivationFunction> then) {
    return then.map(
            activation ->
                PostOps.none().apply(activation.algorithm(), activation.alpha(), activation.beta()))
        .orElse(PostOps.none());
  }

  private static dnnl_memory_desc_t description(Optional<Layout> layout) {
    return layout.map(Layout::description).orElse(null);
  }
}
