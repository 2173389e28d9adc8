package io.bnzoo.onednn;

import org.bytedeco.dnnl.global.dnnl;

/**
 * The role of a tensor in a primitive. Gradients are those of the loss.
 *
 * <p>Backward, an activation function reads its destination, and everything else what it read
 * forward.
 */
public enum Argument {
  /** What the operation is applied to, such as a batch: [N,C,H,W] or [N,F]. */
  SOURCE(dnnl.DNNL_ARG_SRC),
  /** The right-hand side of a product, a difference or a quotient. */
  SECOND_SOURCE(dnnl.DNNL_ARG_SRC_1),
  /** The other operand of the first post-op: a factor, or what the larger is taken of. */
  OPERAND_OF_FIRST_POST_OP(Argument.ofPostOp(0)),
  /** The same of the second post-op. */
  OPERAND_OF_SECOND_POST_OP(Argument.ofPostOp(1)),
  /** The same of the third post-op. */
  OPERAND_OF_THIRD_POST_OP(Argument.ofPostOp(2)),
  /** The same of the fourth post-op. */
  OPERAND_OF_FOURTH_POST_OP(Argument.ofPostOp(3)),
  /** The same of the fifth post-op. */
  OPERAND_OF_FIFTH_POST_OP(Argument.ofPostOp(4)),
  /** The result. */
  DESTINATION(dnnl.DNNL_ARG_DST),
  /** [out,in,h,w] of a convolution, [out,in] of a matrix product. */
  WEIGHTS(dnnl.DNNL_ARG_WEIGHTS),
  /** [out]. */
  BIAS(dnnl.DNNL_ARG_BIAS),
  /** [2,C]: gamma, then beta. */
  SCALE_AND_SHIFT(dnnl.DNNL_ARG_SCALE_SHIFT),
  /** [C]: read where statistics are given, else written: the batch's. */
  MEAN(dnnl.DNNL_ARG_MEAN),
  /** [C], of all values, divided by their number: read or written as the mean is. */
  VARIANCE(dnnl.DNNL_ARG_VARIANCE),
  /** Written by a forward kernel for its backward one. */
  WORKSPACE(dnnl.DNNL_ARG_WORKSPACE),
  /** Of the source: what the layer before gets. */
  SOURCE_GRADIENT(dnnl.DNNL_ARG_DIFF_SRC),
  /** Of the destination: what the layer behind has computed. */
  DESTINATION_GRADIENT(dnnl.DNNL_ARG_DIFF_DST),
  /** Of the weights, summed over the batch. */
  WEIGHT_GRADIENT(dnnl.DNNL_ARG_DIFF_WEIGHTS),
  /** Of the bias, [out], summed over the batch. */
  BIAS_GRADIENT(dnnl.DNNL_ARG_DIFF_BIAS),
  /** [2,C]: of gamma, then of beta. */
  SCALE_AND_SHIFT_GRADIENT(dnnl.DNNL_ARG_DIFF_SCALE_SHIFT);

  private final int number;

  Argument(int number) {
    this.number = number;
  }

  /** As oneDNN's macro DNNL_ARG_ATTR_MULTIPLE_POST_OP has it. */
  private static int ofPostOp(int index) {
    return (dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (index + 1)) | dnnl.DNNL_ARG_SRC_1;
  }

  /** Of one of any number of sources, counted from 0. */
  static int ofSource(int index) {
    return dnnl.DNNL_ARG_MULTIPLE_SRC + index;
  }

  int number() {
    return number;
  }
}
