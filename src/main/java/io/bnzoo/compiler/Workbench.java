package io.bnzoo.compiler;

import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Kernel;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Primitives;
import io.bnzoo.onednn.Tensor;
import io.bnzoo.onednn.TensorPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/** Collects a program's kernels in order. */
final class Workbench {
  private final TensorPool pool;
  private final ParameterStore store;
  private final Mode mode;
  private final IntSupplier iteration;
  private List<Kernel> kernels = new ArrayList<>();

  /**
   * A workbench without kernels.
   *
   * @param iteration how many training steps came before, asked for whenever a kernel runs
   */
  Workbench(TensorPool pool, ParameterStore store, Mode mode, IntSupplier iteration) {
    this.pool = pool;
    this.store = store;
    this.mode = mode;
    this.iteration = iteration;
  }

  Mode mode() {
    return mode;
  }

  int iteration() {
    return iteration.getAsInt();
  }

  Tensor values(Parameter parameter) {
    return store.tensor(ParameterStore.Quantity.VALUES, parameter);
  }

  Tensor gradients(Parameter parameter) {
    return store.tensor(ParameterStore.Quantity.GRADIENTS, parameter);
  }

  Tensor tensor(Layout layout) {
    return pool.tensor(layout);
  }

  /** A tensor at the start of memory that another tensor has. */
  Tensor tensor(Layout layout, Floats floats) {
    return pool.tensor(layout, floats);
  }

  /** A tensor that is 0 for the kernels that come next. */
  Tensor zeros(Layout layout) {
    Tensor tensor = tensor(layout);
    add(tensor.floats()::clear); // Whenever they run: its memory is used for others later.
    return tensor;
  }

  Floats constant(float[] values) {
    return pool.constant(values);
  }

  /** A tensor whose values no kernel changes, in a layout without padding. */
  Tensor constant(Layout layout, float[] values) {
    return tensor(layout, pool.constant(values));
  }

  /** One number, as an array with that many axes. */
  Tensor number(float value, int axes) {
    return tensor(Layout.number(axes), pool.constant(new float[] {value}));
  }

  /** Adds a kernel for the product, value by value, of two tensors in one layout. */
  Tensor product(Tensor first, Tensor second) {
    Tensor product = tensor(first.layout());
    add(
        own(Primitives.product(first.layout())),
        Map.of(
            Argument.SOURCE, first,
            Argument.SECOND_SOURCE, second,
            Argument.DESTINATION, product));
    return product;
  }

  /** The same floats in an equally large layout. */
  Tensor view(Tensor tensor, Layout layout) {
    return tensor(layout, tensor.floats());
  }

  Primitive own(Primitive primitive) {
    return pool.own(primitive);
  }

  void add(Primitive primitive, Map<Argument, Tensor> arguments) {
    kernels.add(pool.kernel(primitive, arguments));
  }

  /** Adds one that makes a tensor of any number of others. */
  void add(Primitive primitive, List<Tensor> sources, Tensor destination) {
    kernels.add(pool.combination(primitive, sources, destination));
  }

  void add(Kernel kernel) {
    kernels.add(kernel);
  }

  /** The tensor in the layout, reordered if it has another. */
  Tensor arranged(Tensor tensor, Layout layout) {
    if (tensor.layout().equals(layout)) {
      return tensor;
    }
    Tensor reordered = tensor(layout);
    reorder(tensor, reordered);
    return reordered;
  }

  /** The same, for a tensor that is not needed any longer if it is reordered. */
  Tensor rearranged(Tensor tensor, Layout layout) {
    Tensor arranged = arranged(tensor, layout);
    if (arranged != tensor) {
      recycle(tensor);
    }
    return arranged;
  }

  void reorder(Tensor from, Tensor to) {
    add(pool.reorder(from, to));
  }

  void recycle(Tensor tensor) {
    pool.recycle(tensor);
  }

  /** The kernels since the last call. */
  List<Kernel> take() {
    List<Kernel> taken = kernels;
    kernels = new ArrayList<>();
    return taken;
  }
}
