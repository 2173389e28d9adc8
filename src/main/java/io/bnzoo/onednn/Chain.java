package io.bnzoo.onednn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.global.dnnl;

/**
 * What a primitive does to each value of its result, one link after the other, before it is stored.
 * Source: oneDNN's post-ops.
 */
final class Chain {
  private final List<Consumer<dnnl_post_ops>> links;

  private Chain(List<Consumer<dnnl_post_ops>> links) {
    this.links = links;
  }

  /** The result as it is. */
  static Chain none() {
    return new Chain(List.of());
  }

  /**
   * Then a function of oneDNN's; what alpha and beta mean depends on it.
   *
   * <p>Note: where an algorithm comes twice, oneDNN 2.5 takes the first one's alpha and beta for
   * both.
   */
  Chain apply(int algorithm, double alpha, double beta) {
    return with(
        chain ->
            OneDnn.check(
                dnnl.dnnl_post_ops_append_eltwise(chain, 1, algorithm, (float) alpha, (float) beta),
                "apply a function"));
  }

  /** Then {@code scale} times it. */
  Chain scale(double scale) {
    return apply(dnnl.dnnl_eltwise_linear, scale, 0);
  }

  /** Then the product with another array, or with one number if that is its size. */
  Chain multiply(Layout other) {
    return with(
        chain ->
            OneDnn.check(
                dnnl.dnnl_post_ops_append_binary(chain, dnnl.dnnl_binary_mul, other.description()),
                "multiply with an array"));
  }

  /** Then the sum with {@code share} times what the destination had. */
  Chain addTo(double share) {
    return with(
        chain ->
            OneDnn.check(dnnl.dnnl_post_ops_append_sum(chain, (float) share), "add to a result"));
  }

  private Chain with(Consumer<dnnl_post_ops> link) {
    List<Consumer<dnnl_post_ops>> longer = new ArrayList<>(links);
    longer.add(link);
    return new Chain(List.copyOf(longer));
  }

  boolean isEmpty() {
    return links.isEmpty();
  }

  void appendTo(dnnl_post_ops chain) {
    links.forEach(link -> link.accept(chain));
  }
}
