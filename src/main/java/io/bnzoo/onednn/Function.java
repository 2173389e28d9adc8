package io.bnzoo.onednn;

import org.bytedeco.dnnl.global.dnnl;

/** A function of one number, applied to each. Its derivative is taken from its result. */
public enum Function {
  RELU(dnnl.dnnl_eltwise_relu_use_dst_for_bwd),
  SIGMOID(dnnl.dnnl_eltwise_logistic_use_dst_for_bwd),
  TANH(dnnl.dnnl_eltwise_tanh_use_dst_for_bwd);

  private final int algorithm;

  Function(int algorithm) {
    this.algorithm = algorithm;
  }

  int algorithm() {
    return algorithm;
  }
}
