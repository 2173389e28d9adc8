package io.bnzoo.onednn;

import org.bytedeco.dnnl.dnnl_eltwise_desc_t;
import org.bytedeco.dnnl.global.dnnl;

/**
 * What an optimizer does to each value of long vectors, in as few passes over the memory as
 * oneDNN's post-ops allow.
 *
 * <p>A destination may be any of the sources. Source of the operations: oneDNN's developer guide,
 * version 2.5, on binary and element-wise primitives and on post-ops.
 */
public final class VectorPrimitives {

  private VectorPrimitives() {}

  /** Each value, but none further from 0 than the largest; a NaN may be replaced by it. */
  public static Primitive clipping(Layout data, double largest) {
    dnnl_eltwise_desc_t operation = new dnnl_eltwise_desc_t();
    OneDnn.check(
        dnnl.dnnl_eltwise_forward_desc_init(
            operation,
            Mode.INFERENCE.propagation(),
            dnnl.dnnl_eltwise_clip,
            data.description(),
            (float) -largest,
            (float) largest),
        "clip " + data);
    return Primitive.of(operation, PostOps.none(), null);
  }

  /**
   * Moves a running average towards products: {@code destination = decay * destination + (1 -
   * decay) * source * secondSource}.
   *
   * @param data of the source and of the destination
   * @param factor of the second source: the same, or {@link Layout#number}
   */
  public static Primitive runningAverage(Layout data, Layout factor, double decay) {
    return sumOfProducts(data, factor, 1 - decay, decay);
  }

  /**
   * Adds products to what is left of a sum: {@code destination = kept * destination + share *
   * source * secondSource}.
   *
   * @param data of the source and of the destination
   * @param factor of the second source: the same, or {@link Layout#number}
   */
  public static Primitive sumOfProducts(Layout data, Layout factor, double share, double kept) {
    return Primitives.binary(
        dnnl.dnnl_binary_mul, data, factor, PostOps.none().scale(share).addTo(kept));
  }

  /** The larger of either source's value. */
  public static Primitive maximum(Layout data) {
    return Primitives.binary(dnnl.dnnl_binary_max, data, data, PostOps.none());
  }

  /**
   * {@code destination = max(|source|, operand) + margin}. The second source is the number 1, the
   * operand {@link Argument#OPERAND_OF_SECOND_POST_OP}.
   */
  public static Primitive largestMagnitude(Layout data, double margin) {
    PostOps postOps =
        PostOps.none()
            .apply(dnnl.dnnl_eltwise_abs, 0, 0)
            .maximum(data)
            .apply(dnnl.dnnl_eltwise_linear, 1, margin);
    return Primitives.binary(dnnl.dnnl_binary_mul, data, Layout.number(1), postOps);
  }

  /**
   * {@code destination += factor * sign(source)}. The second source is the number {@link
   * Float#MAX_VALUE}, the factor {@link Argument#OPERAND_OF_SECOND_POST_OP}, a number.
   */
  public static Primitive addSigns(Layout data) {
    PostOps postOps =
        PostOps.none().apply(dnnl.dnnl_eltwise_clip, -1, 1).multiply(Layout.number(1)).addTo(1);
    return Primitives.binary(dnnl.dnnl_binary_mul, data, Layout.number(1), postOps);
  }

  /**
   * {@code destination += rate * source / secondSource}. The rate is {@link
   * Argument#OPERAND_OF_FIRST_POST_OP}, a number.
   */
  public static Primitive stepByQuotient(Layout data) {
    PostOps postOps = PostOps.none().multiply(Layout.number(1)).addTo(1);
    return Primitives.binary(dnnl.dnnl_binary_div, data, data, postOps);
  }

  /**
   * {@code destination += rate * mean / (sqrt(source) + epsilon)}, the step of Adam with the second
   * moment as the source. The second source is the number 1, the mean is {@link
   * Argument#OPERAND_OF_FOURTH_POST_OP}, the rate {@link Argument#OPERAND_OF_FIFTH_POST_OP}, a
   * number.
   */
  public static Primitive stepByRoot(Layout data, double epsilon) {
    PostOps postOps =
        PostOps.none()
            .apply(dnnl.dnnl_eltwise_sqrt, 0, 0)
            .apply(dnnl.dnnl_eltwise_linear, 1, epsilon)
            .apply(dnnl.dnnl_eltwise_pow, 1, -1)
            .multiply(data)
            .multiply(Layout.number(1))
            .addTo(1);
    return Primitives.binary(dnnl.dnnl_binary_mul, data, Layout.number(1), postOps);
  }

  /**
   * {@code destination = factor * sqrt(source + epsilon)}. The second source is the number 1, the
   * factor {@link Argument#OPERAND_OF_THIRD_POST_OP}.
   */
  public static Primitive timesRoot(Layout data, double epsilon) {
    return Primitives.binary(
        dnnl.dnnl_binary_mul, data, Layout.number(1), root(epsilon).multiply(data));
  }

  /**
   * {@code destination = dividend / sqrt(source + epsilon)}. The second source is the number 1, the
   * dividend {@link Argument#OPERAND_OF_FOURTH_POST_OP}.
   */
  public static Primitive overRoot(Layout data, double epsilon) {
    PostOps postOps = root(epsilon).apply(dnnl.dnnl_eltwise_pow, 1, -1).multiply(data);
    return Primitives.binary(dnnl.dnnl_binary_mul, data, Layout.number(1), postOps);
  }

  private static PostOps root(double epsilon) {
    return PostOps.none()
        .apply(dnnl.dnnl_eltwise_linear, 1, epsilon)
        .apply(dnnl.dnnl_eltwise_sqrt, 0, 0);
  }
}
