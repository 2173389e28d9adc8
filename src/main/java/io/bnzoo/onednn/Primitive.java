package io.bnzoo.onednn;

import org.bytedeco.dnnl.const_dnnl_op_desc_t;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * An operation on arrays of fixed size and layout, for which oneDNN has generated machine code.
 *
 * <p>Where {@link Layout#any} was given, the primitive has chosen the layout. The number of threads
 * is that of the calling thread when the primitive is made and has to be the same when it runs. It
 * belongs to an {@link TensorPool}.
 */
public final class Primitive {
  private final dnnl_primitive_desc description;
  private final dnnl_primitive code = new dnnl_primitive();

  /** Takes ownership of a descriptor. */
  Primitive(dnnl_primitive_desc description) {
    this.description = description;
    OneDnn.check(dnnl.dnnl_primitive_create(code, description), "create the primitive");
  }

  /**
   * A primitive for an operation.
   *
   * @param operation one of oneDNN's operation descriptors
   * @param then the post-ops
   * @param forward of a backward primitive, the forward one; otherwise null
   */
  static Primitive of(Pointer operation, PostOps then, Primitive forward) {
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    dnnl_primitive_attr attributes = attributes(then);
    OneDnn.check(
        dnnl.dnnl_primitive_desc_create(
            description,
            new const_dnnl_op_desc_t(operation),
            attributes,
            OneDnn.engine(),
            forward == null ? null : forward.description),
        "create the primitive descriptor");
    dnnl.dnnl_primitive_attr_destroy(attributes);
    return new Primitive(description);
  }

  /**
   * A scratchpad is asked for as an argument: oneDNN's own belongs to the thread that made the
   * primitive.
   */
  static dnnl_primitive_attr attributes(PostOps then) {
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    OneDnn.check(dnnl.dnnl_primitive_attr_create(attributes), "create attributes");
    OneDnn.check(
        dnnl.dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl.dnnl_scratchpad_mode_user),
        "set the scratchpad mode");
    if (!then.isEmpty()) {
      dnnl_post_ops postOps = new dnnl_post_ops();
      OneDnn.check(dnnl.dnnl_post_ops_create(postOps), "create post-ops");
      then.appendTo(postOps);
      OneDnn.check(dnnl.dnnl_primitive_attr_set_post_ops(attributes, postOps), "set the post-ops");
      dnnl.dnnl_post_ops_destroy(postOps);
    }
    return attributes;
  }

  /** The layout that the source must have; so for all of these, given or chosen. */
  public Layout source() {
    return layout(dnnl.dnnl_query_src_md);
  }

  /** The layout that the weights must have. */
  public Layout weights() {
    return layout(dnnl.dnnl_query_weights_md);
  }

  /** The layout of the result. */
  public Layout destination() {
    return layout(dnnl.dnnl_query_dst_md);
  }

  /** The layout of what a forward primitive leaves for its backward one; empty if nothing. */
  public Layout workspace() {
    return layout(dnnl.dnnl_query_workspace_md);
  }

  /** The layout of the gradient of the weights. */
  public Layout weightGradient() {
    return layout(dnnl.dnnl_query_diff_weights_md);
  }

  /** The layout of the gradient of the source. */
  public Layout sourceGradient() {
    return layout(dnnl.dnnl_query_diff_src_md);
  }

  private Layout layout(int query) {
    return Layout.copyOf(dnnl.dnnl_primitive_desc_query_md(description, query, 0));
  }

  dnnl_memory_desc_t scratchpad() {
    return dnnl.dnnl_primitive_desc_query_md(description, dnnl.dnnl_query_scratchpad_md, 0);
  }

  dnnl_primitive code() {
    return code;
  }

  /**
   * Whether oneDNN has only its reference implementation, which can take a hundred times as long.
   */
  public boolean isGeneric() {
    try (PointerPointer<BytePointer> name = new PointerPointer<>(1)) {
      OneDnn.check(
          dnnl.dnnl_primitive_desc_query(description, dnnl.dnnl_query_impl_info_str, 0, name),
          "query the implementation name");
      return name.get(BytePointer.class, 0).getString().endsWith(":any");
    }
  }

  void release() {
    OneDnn.check(dnnl.dnnl_primitive_destroy(code), "destroy the primitive");
    OneDnn.check(dnnl.dnnl_primitive_desc_destroy(description), "destroy the primitive descriptor");
  }
}
