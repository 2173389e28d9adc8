package io.bnzoo.onednn;

import org.bytedeco.dnnl.global.dnnl;

/** An activation function. Its derivative is computed from its result. */
public enum ActivationFunction {
  RELU(dnnl.dnnl_eltwise_relu_use_dst_for_bwd),
  SIGMOID(dnnl.dnnl_eltwise_logistic_use_dst_for_bwd),
  TANH(dnnl.dnnl_eltwise_tanh_use_dst_for_bwd);

  private final int algorithm;

  ActivationFunction(int algorithm) {
    this.algorithm = algorithm;
  }

  int algorithm() {
    return algorithm;
  }
}
