package io.bnzoo.onednn;

import org.bytedeco.dnnl.global.dnnl;

/** What a forward primitive is for. */
public enum Mode {
  /** Backward primitives follow. Batch normalization uses the batch's statistics. */
  TRAINING(dnnl.dnnl_forward_training),
  /** No backward primitive follows. Batch normalization uses the running statistics. */
  INFERENCE(dnnl.dnnl_forward_inference),
  /** No backward primitive follows. Batch normalization uses the batch's statistics. */
  INFERENCE_BY_BATCH(dnnl.dnnl_forward_inference);

  private final int propagation;

  Mode(int propagation) {
    this.propagation = propagation;
  }

  /** oneDNN's propagation kind. */
  int propagation() {
    return propagation;
  }

  /** Whether batch normalization uses the batch's statistics. */
  public boolean byBatch() {
    return this != INFERENCE;
  }
}
