package io.bnzoo.onednn;

import java.util.Collections;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;

/**
 * What is made of several tensors; {@link VectorPrimitives#maximum} and {@link Primitives#product}
 * are of this kind too.
 *
 * <p>Of two tensors, both have the destination's layout, and the destination may be one of them.
 * Source of what they compute: oneDNN's developer guide, version 2.5, on binary primitives, sums
 * and concatenations.
 */
public final class CombiningPrimitives {

  private CombiningPrimitives() {}

  /** {@code source + secondSource}. */
  public static Primitive sum(Layout data) {
    return Primitives.binary(dnnl.dnnl_binary_add, data, data, PostOps.none());
  }

  /** {@code source - secondSource}. */
  public static Primitive difference(Layout data) {
    return Primitives.binary(dnnl.dnnl_binary_sub, data, data, PostOps.none());
  }

  /**
   * Of the gradient of a {@link VectorPrimitives#maximum}, what its first operand gets: all where
   * {@code source >= secondSource}, else 0. The gradient is {@link
   * Argument#OPERAND_OF_FIRST_POST_OP}.
   */
  public static Primitive gradientOfFirst(Layout data) {
    return Primitives.binary(dnnl.dnnl_binary_ge, data, data, PostOps.none().multiply(data));
  }

  /** The rest of it, what the second operand gets: all where {@code source < secondSource}. */
  public static Primitive gradientOfSecond(Layout data) {
    return Primitives.binary(dnnl.dnnl_binary_lt, data, data, PostOps.none().multiply(data));
  }

  /**
   * The sum of tensors of one layout, each times its weight; the destination may be the first.
   *
   * @return for {@link TensorPool#combination}
   */
  public static Primitive weightedSum(Layout data, float... weights) {
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    dnnl_primitive_attr attributes = Primitive.attributes(PostOps.none());
    OneDnn.check(
        dnnl.dnnl_sum_primitive_desc_create(
            description,
            data.description(),
            weights.length,
            weights,
            descriptions(Collections.nCopies(weights.length, data)),
            attributes,
            OneDnn.engine()),
        "sum up " + data);
    dnnl.dnnl_primitive_attr_destroy(attributes);
    return new Primitive(description);
  }

  /**
   * The channels of all sources, one source's behind the other's. Backward, each source gets its
   * {@link Layout#range} of the gradient.
   *
   * @param sources [N,C,H,W] or [N,F], alike but for the second axis
   * @param destination the same with as many channels as all of them have
   * @return for {@link TensorPool#combination}
   */
  public static Primitive concatenation(List<Layout> sources, Layout destination) {
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    dnnl_primitive_attr attributes = Primitive.attributes(PostOps.none());
    OneDnn.check(
        dnnl.dnnl_concat_primitive_desc_create(
            description,
            destination.description(),
            sources.size(),
            1,
            descriptions(sources),
            attributes,
            OneDnn.engine()),
        "concatenate " + sources + " to " + destination);
    dnnl.dnnl_primitive_attr_destroy(attributes);
    return new Primitive(description);
  }

  private static dnnl_memory_desc_t descriptions(List<Layout> layouts) {
    dnnl_memory_desc_t array = new dnnl_memory_desc_t(layouts.size());
    for (int i = 0; i < layouts.size(); i++) {
      dnnl_memory_desc_t description = layouts.get(i).description();
      Pointer.memcpy(array.getPointer(i), description, description.sizeof());
    }
    return array;
  }
}
