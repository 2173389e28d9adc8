package io.bnzoo.onednn;

import org.bytedeco.dnnl.global.dnnl;

/** An activation function. Its derivative is computed from its result. */
public enum ActivationFunction {
  /** {@code max(x, 0)}. Note: NaN becomes 0. */
  RELU(dnnl.dnnl_eltwise_relu_use_dst_for_bwd),
  /** {@code 1 / (1 + exp(-x))}. */
  SIGMOID(dnnl.dnnl_eltwise_logistic_use_dst_for_bwd),
  /** {@code tanh(x)}. */
  TANH(dnnl.dnnl_eltwise_tanh_use_dst_for_bwd);

  private final int algorithm;

  ActivationFunction(int algorithm) {
    this.algorithm = algorithm;
  }

  int algorithm() {
    return algorithm;
  }
}
