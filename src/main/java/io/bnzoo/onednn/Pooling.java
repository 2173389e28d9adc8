package io.bnzoo.onednn;

import org.bytedeco.dnnl.global.dnnl;

/** What a pooling takes of the values that its window covers. */
public enum Pooling {
  /** The largest; padding is none of them. */
  MAXIMUM(dnnl.dnnl_pooling_max),
  /** The mean of those that there are. */
  MEAN(dnnl.dnnl_pooling_avg_exclude_padding),
  /** The mean, padding counting as zeros. */
  MEAN_WITH_PADDING(dnnl.dnnl_pooling_avg_include_padding);

  private final int algorithm;

  Pooling(int algorithm) {
    this.algorithm = algorithm;
  }

  int algorithm() {
    return algorithm;
  }

  /** Whether the backward pass has to know which value it was. */
  public boolean remembers() {
    return this == MAXIMUM;
  }
}
