package io.bnzoo.onednn;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;

/**
 * Makes the tensors and kernels of one program, and frees them together.
 *
 * <p>Kernels run in the order in which they were made. A tensor that none of the later ones needs
 * is given back with {@link #recycle}, so that its memory is reused while it is still in the
 * processor's cache. All kernels share one scratchpad, which {@link #seal} allocates.
 */
public final class TensorPool implements AutoCloseable {
  private static final int SCRATCHPAD = dnnl.DNNL_ARG_SCRATCHPAD;

  private final Deque<Runnable> release = new ArrayDeque<>();
  private final List<Floats> free = new ArrayList<>();
  private final List<dnnl_memory> scratchpads = new ArrayList<>();
  private long scratchpadBytes;
  private boolean sealed;

  /** A tensor with memory of its own. */
  public Tensor tensor(Layout layout) {
    return tensor(layout, floats(layout.floats()));
  }

  /** A tensor at the start of memory that somebody else owns. */
  public Tensor tensor(Layout layout, Floats floats) {
    Tensor tensor = new Tensor(layout, floats);
    release.push(tensor::release);
    return tensor;
  }

  /** A vector whose values no kernel changes; it never gets memory that was given back. */
  public Floats constant(float[] values) {
    Floats floats = Floats.zeros(values.length);
    release.push(floats::close);
    floats.write(values);
    return floats;
  }

  private Floats floats(long count) {
    Optional<Floats> recycled =
        free.stream()
            .filter(floats -> floats.length() >= count && floats.length() <= 2 * count)
            .min(Comparator.comparing(Floats::length));
    if (recycled.isPresent()) {
      free.remove(recycled.get());
      return recycled.get();
    }
    Floats floats = Floats.zeros(count);
    release.push(floats::close);
    return floats;
  }

  /** Reuses the memory of one of this pool's own tensors for tensors made later. */
  public void recycle(Tensor tensor) {
    if (free.contains(tensor.floats())) {
      throw new IllegalStateException("the memory of " + tensor.layout() + " is free already");
    }
    free.add(tensor.floats());
  }

  /** Takes ownership of a primitive. */
  public Primitive own(Primitive primitive) {
    release.push(primitive::release);
    return primitive;
  }

  /**
   * A primitive of this pool's with its tensors.
   *
   * @throws IllegalStateException after {@link #seal}
   */
  public Kernel kernel(Primitive primitive, Map<Argument, Tensor> arguments) {
    Map<Integer, Tensor> numbered = new HashMap<>();
    arguments.forEach((argument, tensor) -> numbered.put(argument.number(), tensor));
    return numbered(primitive, numbered);
  }

  /**
   * A primitive of this pool's that makes one tensor of any number of others.
   *
   * @throws IllegalStateException after {@link #seal}
   */
  public Kernel combination(Primitive primitive, List<Tensor> sources, Tensor destination) {
    Map<Integer, Tensor> numbered = new HashMap<>();
    sources.forEach(source -> numbered.put(Argument.ofSource(numbered.size()), source));
    numbered.put(Argument.DESTINATION.number(), destination);
    return numbered(primitive, numbered);
  }

  private Kernel numbered(Primitive primitive, Map<Integer, Tensor> arguments) {
    if (sealed) {
      throw new IllegalStateException("the pool is sealed: make all kernels before");
    }
    dnnl_exec_arg_t list = new dnnl_exec_arg_t(arguments.size() + 1L);
    list.retainReference();
    release.push(list::close);
    int position = 0;
    for (Map.Entry<Integer, Tensor> argument : arguments.entrySet()) {
      list.position(position++).arg(argument.getKey()).memory(argument.getValue().memory());
    }
    list.position(position).arg(SCRATCHPAD).memory(scratchpad(primitive.scratchpad()));
    return new PrimitiveKernel(primitive.code(), OneDnn.stream(), position + 1, list.position(0));
  }

  /** Copies the values of one tensor into another of the same size and any layout. */
  public Kernel reorder(Tensor from, Tensor to) {
    return kernel(
        own(Primitives.reorder(from.layout(), to.layout())),
        Map.of(Argument.SOURCE, from, Argument.DESTINATION, to));
  }

  private dnnl_memory scratchpad(dnnl_memory_desc_t description) {
    dnnl_memory scratchpad = new dnnl_memory();
    OneDnn.check(
        dnnl.dnnl_memory_create(scratchpad, description, OneDnn.engine(), null),
        "create a scratchpad");
    release.push(() -> dnnl.dnnl_memory_destroy(scratchpad));
    scratchpads.add(scratchpad);
    scratchpadBytes = Math.max(scratchpadBytes, dnnl.dnnl_memory_desc_get_size(description));
    return scratchpad;
  }

  /** Allocates the scratchpad; no kernel can be made after that. */
  public void seal() {
    Floats memory = Floats.zeros(scratchpadBytes / Float.BYTES + 1);
    release.push(memory::close);
    for (dnnl_memory scratchpad : scratchpads) {
      OneDnn.check(
          dnnl.dnnl_memory_set_data_handle(scratchpad, memory.address()), "use a scratchpad");
    }
    scratchpads.clear();
    free.clear();
    sealed = true;
  }

  private record PrimitiveKernel(
      dnnl_primitive code, dnnl_stream stream, int count, dnnl_exec_arg_t arguments)
      implements Kernel {
    @Override
    public void run() {
      OneDnn.check(dnnl.dnnl_primitive_execute(code, stream, count, arguments), "compute");
    }
  }

  /** Frees everything, the last first. */
  @Override
  public void close() {
    while (!release.isEmpty()) {
      release.pop().run();
    }
  }
}
