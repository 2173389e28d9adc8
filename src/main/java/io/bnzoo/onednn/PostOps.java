package io.bnzoo.onednn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.global.dnnl;

/** The post-operations fused into a primitive, applied in order before the result is stored. */
final class PostOps {
  private final List<Consumer<dnnl_post_ops>> operations;

  private PostOps(List<Consumer<dnnl_post_ops>> operations) {
    this.operations = operations;
  }

  /** None: the result as it is. */
  static PostOps none() {
    return new PostOps(List.of());
  }

  /**
   * Then an element-wise algorithm of oneDNN's, which defines what alpha and beta mean.
   *
   * <p>Note: where an algorithm comes twice, oneDNN 2.5 takes the first one's alpha and beta for
   * both.
   */
  PostOps apply(int algorithm, double alpha, double beta) {
    return with(
        postOps ->
            OneDnn.check(
                dnnl.dnnl_post_ops_append_eltwise(
                    postOps, 1, algorithm, (float) alpha, (float) beta),
                "append an element-wise post-op"));
  }

  /** Then {@code scale} times it. */
  PostOps scale(double scale) {
    return apply(dnnl.dnnl_eltwise_linear, scale, 0);
  }

  /** Then the product with another array, or with one number if that is its size. */
  PostOps multiply(Layout other) {
    return combine(dnnl.dnnl_binary_mul, other);
  }

  /** Then the larger of it and another array's value. */
  PostOps maximum(Layout other) {
    return combine(dnnl.dnnl_binary_max, other);
  }

  /** Then 1 where it is larger than another array's value, or than one number, else 0. */
  PostOps isAbove(Layout other) {
    return combine(dnnl.dnnl_binary_gt, other);
  }

  private PostOps combine(int algorithm, Layout other) {
    return with(
        postOps ->
            OneDnn.check(
                dnnl.dnnl_post_ops_append_binary(postOps, algorithm, other.description()),
                "append a combination with " + other));
  }

  /** Then the sum with {@code share} times what the destination had. */
  PostOps addTo(double share) {
    return with(
        postOps ->
            OneDnn.check(dnnl.dnnl_post_ops_append_sum(postOps, (float) share), "append a sum"));
  }

  private PostOps with(Consumer<dnnl_post_ops> operation) {
    List<Consumer<dnnl_post_ops>> longer = new ArrayList<>(operations);
    longer.add(operation);
    return new PostOps(List.copyOf(longer));
  }

  boolean isEmpty() {
    return operations.isEmpty();
  }

  void appendTo(dnnl_post_ops postOps) {
    operations.forEach(operation -> operation.accept(postOps));
  }
}
