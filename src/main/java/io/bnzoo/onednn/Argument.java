package io.bnzoo.onednn;

import org.bytedeco.dnnl.global.dnnl;

/** The role of a tensor in a primitive. */
public enum Argument {
  SOURCE(dnnl.DNNL_ARG_SRC),
  SECOND_SOURCE(dnnl.DNNL_ARG_SRC_1),
  /** What the fourth post-op, a product, multiplies with. */
  FACTOR_OF_FOURTH_POST_OP(Argument.ofPostOp(3)),
  /** What the fifth post-op, a product, multiplies with. */
  FACTOR_OF_FIFTH_POST_OP(Argument.ofPostOp(4)),
  DESTINATION(dnnl.DNNL_ARG_DST),
  WEIGHTS(dnnl.DNNL_ARG_WEIGHTS),
  BIAS(dnnl.DNNL_ARG_BIAS),
  /** [2,C]: gamma, then beta. */
  SCALE_AND_SHIFT(dnnl.DNNL_ARG_SCALE_SHIFT),
  MEAN(dnnl.DNNL_ARG_MEAN),
  VARIANCE(dnnl.DNNL_ARG_VARIANCE),
  /** Written by a forward kernel for its backward one. */
  WORKSPACE(dnnl.DNNL_ARG_WORKSPACE),
  SOURCE_GRADIENT(dnnl.DNNL_ARG_DIFF_SRC),
  DESTINATION_GRADIENT(dnnl.DNNL_ARG_DIFF_DST),
  WEIGHT_GRADIENT(dnnl.DNNL_ARG_DIFF_WEIGHTS),
  BIAS_GRADIENT(dnnl.DNNL_ARG_DIFF_BIAS),
  SCALE_AND_SHIFT_GRADIENT(dnnl.DNNL_ARG_DIFF_SCALE_SHIFT);

  private final int number;

  Argument(int number) {
    this.number = number;
  }

  /** As oneDNN's macro DNNL_ARG_ATTR_MULTIPLE_POST_OP has it. */
  private static int ofPostOp(int index) {
    return (dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (index + 1)) | dnnl.DNNL_ARG_SRC_1;
  }

  int number() {
    return number;
  }
}
