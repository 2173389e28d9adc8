package io.bnzoo.onednn;

import org.bytedeco.dnnl.dnnl_lrn_desc_t;
import org.bytedeco.dnnl.dnnl_resampling_desc_t;
import org.bytedeco.dnnl.dnnl_softmax_desc_t;
import org.bytedeco.dnnl.global.dnnl;

/**
 * What layers without parameters do to images, beyond what is in {@link Primitives}.
 *
 * <p>Source of what they compute: oneDNN's developer guide, version 2.5.
 */
public final class ImagePrimitives {
  private static final int CHANNELS = 1;

  /** Floats in a register of AVX-512. */
  private static final int LANES = 16;

  private ImagePrimitives() {}

  /**
   * Local response normalization: each value over a power of the squares at its pixel in the
   * channels around its own.
   *
   * <p>{@code y[c] = x[c] / (k + alpha * sum(x[j]^2))^beta}, the sum over all channels {@code j}
   * with {@code |j - c| <= reach}. Source: A. Krizhevsky, I. Sutskever, G. Hinton, "ImageNet
   * Classification with Deep Convolutional Neural Networks", 2012, section 3.3.
   *
   * @param reach half of the paper's n, rounded down
   * @param k what is added to the squares
   * @param alpha what the sum of squares is multiplied by
   * @param beta the power
   */
  public record LocalResponse(int reach, double k, double alpha, double beta) {
    private long size() {
      return 2L * reach + 1;
    }

    /** oneDNN divides it by the size. */
    private float oneDnnAlpha() {
      return (float) (alpha * size());
    }

    /**
     * The fast code of oneDNN 2.5, which is for 3/4 only, crashes if there are no neighbours, and
     * computes wrong gradients if there are more than two on each side and channels left over that
     * do not fill a register. The next number has it take the other code.
     */
    private float oneDnnBeta(Layout data) {
      boolean isRight = reach > 0 && (reach <= 2 || data.size(CHANNELS) % LANES == 0);
      return isRight ? (float) beta : Math.nextUp((float) beta);
    }
  }

  /**
   * Local response normalization; in training, it writes a workspace.
   *
   * <p>Fast for a beta of 3/4, a reach of 1 or 2 and channels last.
   *
   * @param data [N,C,H,W], of the source and of the destination
   */
  public static Primitive localResponseNormalization(
      Mode mode, Layout data, LocalResponse response) {
    dnnl_lrn_desc_t operation = new dnnl_lrn_desc_t();
    OneDnn.check(
        dnnl.dnnl_lrn_forward_desc_init(
            operation,
            mode.propagation(),
            dnnl.dnnl_lrn_across_channels,
            data.description(),
            response.size(),
            response.oneDnnAlpha(),
            response.oneDnnBeta(data),
            (float) response.k()),
        "normalize the local responses of " + data);
    return Primitive.of(operation, PostOps.none(), null);
  }

  /** The gradient of a local response normalization's source, which it reads. */
  public static Primitive localResponseNormalizationGradient(
      Layout data, LocalResponse response, Primitive forward) {
    dnnl_lrn_desc_t operation = new dnnl_lrn_desc_t();
    OneDnn.check(
        dnnl.dnnl_lrn_backward_desc_init(
            operation,
            dnnl.dnnl_lrn_across_channels,
            data.description(),
            data.description(),
            response.size(),
            response.oneDnnAlpha(),
            response.oneDnnBeta(data),
            (float) response.k()),
        "differentiate the local response normalization of " + data);
    return Primitive.of(operation, PostOps.none(), forward);
  }

  /**
   * Repeats each row and each column as often as the destination is larger.
   *
   * @param source [N,C,H,W]
   * @param destination [N,C,a*H,b*W] for whole a and b
   */
  public static Primitive upsampling(Mode mode, Layout source, Layout destination) {
    dnnl_resampling_desc_t operation = new dnnl_resampling_desc_t();
    OneDnn.check(
        dnnl.dnnl_resampling_forward_desc_init(
            operation,
            mode.propagation(),
            dnnl.dnnl_resampling_nearest,
            (float[]) null,
            source.description(),
            destination.description()),
        "upsample " + source + " to " + destination);
    return Primitive.of(operation, PostOps.none(), null);
  }

  /** The gradient of an upsampling's source: the sum over the pixel's repetitions. */
  public static Primitive upsamplingGradient(Layout source, Layout destination, Primitive forward) {
    dnnl_resampling_desc_t operation = new dnnl_resampling_desc_t();
    OneDnn.check(
        dnnl.dnnl_resampling_backward_desc_init(
            operation,
            dnnl.dnnl_resampling_nearest,
            (float[]) null,
            source.description(),
            destination.description()),
        "sum " + destination + " up to " + source);
    return Primitive.of(operation, PostOps.none(), forward);
  }

  /**
   * Softmax over the channels of each pixel, or over the values of each row.
   *
   * @param data [N,C,H,W] or [N,F], of the source and of the destination
   */
  public static Primitive softmax(Mode mode, Layout data) {
    dnnl_softmax_desc_t operation = new dnnl_softmax_desc_t();
    OneDnn.check(
        dnnl.dnnl_softmax_forward_desc_init(
            operation, mode.propagation(), data.description(), CHANNELS),
        "apply softmax to " + data);
    return Primitive.of(operation, PostOps.none(), null);
  }

  /** The gradient of softmax's source; it reads the destination. */
  public static Primitive softmaxGradient(Layout data, Primitive forward) {
    dnnl_softmax_desc_t operation = new dnnl_softmax_desc_t();
    OneDnn.check(
        dnnl.dnnl_softmax_backward_desc_init(
            operation, data.description(), data.description(), CHANNELS),
        "differentiate softmax of " + data);
    return Primitive.of(operation, PostOps.none(), forward);
  }

  /**
   * {@code min(max(0.2 * source + 0.5, 0), 1)}. The second source is the number 1.
   *
   * @param data [F], the floats of any tensor without padding one behind the other: with more axes,
   *     oneDNN has only slow code for few channels
   */
  public static Primitive hardSigmoid(Layout data) {
    PostOps postOps =
        PostOps.none()
            .apply(dnnl.dnnl_eltwise_linear, 0.2, 0.5)
            .apply(dnnl.dnnl_eltwise_clip, 0, 1);
    return Primitives.binary(dnnl.dnnl_binary_mul, data, Layout.number(1), postOps);
  }

  /**
   * The gradient of a hard sigmoid's source: a fifth of the result's, where that is between 0 and
   * 1. The source is the result, the second source the number 1; {@link
   * Argument#OPERAND_OF_FIRST_POST_OP} is the result once more, {@link
   * Argument#OPERAND_OF_SECOND_POST_OP} the number 0, {@link Argument#OPERAND_OF_THIRD_POST_OP} the
   * result's gradient.
   */
  public static Primitive hardSigmoidGradient(Layout data) {
    PostOps postOps =
        PostOps.none().multiply(data).isAbove(Layout.number(1)).multiply(data).scale(0.2);
    return Primitives.binary(dnnl.dnnl_binary_lt, data, Layout.number(1), postOps);
  }
}
