package io.bnzoo.onednn;

import java.util.Locale;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.global.dnnl;

/**
 * Floats in a layout, as a kernel takes them; it belongs to the {@link TensorPool} that made it.
 */
public final class Tensor {
  private final Layout layout;
  private final Floats floats;
  private final dnnl_memory memory = new dnnl_memory();

  Tensor(Layout layout, Floats floats) {
    if (layout.floats() > floats.length()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s needs %d floats, got %d", layout, layout.floats(), floats.length()));
    }
    this.layout = layout;
    this.floats = floats;
    OneDnn.check(
        dnnl.dnnl_memory_create(memory, layout.description(), OneDnn.engine(), floats.address()),
        "create the memory object");
  }

  /** The size, and the order in which the memory holds it. */
  public Layout layout() {
    return layout;
  }

  /** The memory itself, padding and all. */
  public Floats floats() {
    return floats;
  }

  /** As much of the memory as the layout takes; it may have been used for more before. */
  public Floats values() {
    return floats.part(0, layout.floats());
  }

  dnnl_memory memory() {
    return memory;
  }

  /** Destroys oneDNN's memory object; the floats stay. */
  void release() {
    OneDnn.check(dnnl.dnnl_memory_destroy(memory), "destroy the memory object");
  }
}
