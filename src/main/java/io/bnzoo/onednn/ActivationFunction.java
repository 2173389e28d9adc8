package io.bnzoo.onednn;

import org.bytedeco.dnnl.global.dnnl;

/**
 * An activation function.
 *
 * @param kind which one
 * @param slope below 0, of {@link Kind#RELU}; 0 of any other
 */
public record ActivationFunction(Kind kind, double slope) {
  /** {@code max(x, 0)}. Note: NaN becomes 0. */
  public static final ActivationFunction RELU = new ActivationFunction(Kind.RELU, 0);

  /** {@code 1 / (1 + exp(-x))}. */
  public static final ActivationFunction SIGMOID = new ActivationFunction(Kind.SIGMOID, 0);

  /** {@code tanh(x)}. */
  public static final ActivationFunction TANH = new ActivationFunction(Kind.TANH, 0);

  /** {@code exp(x) - 1} below 0, {@code x} above. */
  public static final ActivationFunction ELU = new ActivationFunction(Kind.ELU, 0);

  /** {@code min(max(x, 0), 6)}. */
  public static final ActivationFunction RELU6 = new ActivationFunction(Kind.RELU6, 0);

  /** {@code log(1 + exp(x))}. */
  public static final ActivationFunction SOFTPLUS = new ActivationFunction(Kind.SOFTPLUS, 0);

  /** {@code x / (1 + exp(-x))}. */
  public static final ActivationFunction SWISH = new ActivationFunction(Kind.SWISH, 0);

  /** The kinds of functions. */
  public enum Kind {
    /** {@code x}, below 0 times a slope. */
    RELU(dnnl.dnnl_eltwise_relu_use_dst_for_bwd, 0, 0, true),
    /** {@link ActivationFunction#SIGMOID}. */
    SIGMOID(dnnl.dnnl_eltwise_logistic_use_dst_for_bwd, 0, 0, true),
    /** {@link ActivationFunction#TANH}. */
    TANH(dnnl.dnnl_eltwise_tanh_use_dst_for_bwd, 0, 0, true),
    /** {@link ActivationFunction#ELU}. */
    ELU(dnnl.dnnl_eltwise_elu_use_dst_for_bwd, 1, 0, true),
    /** {@link ActivationFunction#RELU6}. */
    RELU6(dnnl.dnnl_eltwise_clip_v2_use_dst_for_bwd, 0, 6, true),
    /** {@link ActivationFunction#SOFTPLUS}. */
    SOFTPLUS(dnnl.dnnl_eltwise_soft_relu, 0, 0, false),
    /** {@link ActivationFunction#SWISH}. */
    SWISH(dnnl.dnnl_eltwise_swish, 1, 0, false);

    private final int algorithm;
    private final double alpha;
    private final double beta;
    private final boolean derivedFromResult;

    Kind(int algorithm, double alpha, double beta, boolean derivedFromResult) {
      this.algorithm = algorithm;
      this.alpha = alpha;
      this.beta = beta;
      this.derivedFromResult = derivedFromResult;
    }
  }

  /** {@code x} above 0, {@code slope * x} below, for a slope of at least 0. */
  public static ActivationFunction leakyRelu(double slope) {
    if (!(slope >= 0)) { // From the result, oneDNN could not tell which side it is of.
      throw new IllegalArgumentException("the slope must be at least 0, got " + slope);
    }
    return new ActivationFunction(Kind.RELU, slope);
  }

  @Override
  public String toString() {
    return slope == 0 ? kind.name() : kind + " with slope " + slope;
  }

  int algorithm() {
    return kind.algorithm;
  }

  double alpha() {
    return kind == Kind.RELU ? slope : kind.alpha;
  }

  double beta() {
    return kind.beta;
  }

  /** Whether the derivative is computed from the result; else from the argument. */
  public boolean isDerivedFromResult() {
    return kind.derivedFromResult;
  }
}
