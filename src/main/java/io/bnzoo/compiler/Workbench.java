package io.bnzoo.compiler;

import io.bnzoo.onednn.Arena;
import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Kernel;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Primitives;
import io.bnzoo.onednn.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Where a program's kernels are put one after the other. */
final class Workbench {
  private final Arena arena;
  private final ParameterStore store;
  private final Mode mode;
  private List<Kernel> kernels = new ArrayList<>();

  Workbench(Arena arena, ParameterStore store, Mode mode) {
    this.arena = arena;
    this.store = store;
    this.mode = mode;
  }

  Mode mode() {
    return mode;
  }

  Primitives.Use use() {
    return mode == Mode.TRAINING ? Primitives.Use.TRAINING : Primitives.Use.INFERENCE;
  }

  Tensor values(Parameter parameter) {
    return store.tensor(ParameterStore.Vector.VALUES, parameter);
  }

  Tensor gradients(Parameter parameter) {
    return store.tensor(ParameterStore.Vector.GRADIENTS, parameter);
  }

  Tensor tensor(Layout layout) {
    return arena.tensor(layout);
  }

  Floats constant(float[] values) {
    return arena.constant(values);
  }

  /** One number, as an array with that many axes. */
  Tensor number(float value, int axes) {
    return arena.tensor(Layout.number(axes), arena.constant(new float[] {value}));
  }

  /** The same floats in an equally large layout. */
  Tensor view(Tensor tensor, Layout layout) {
    return arena.tensor(layout, tensor.floats());
  }

  Primitive own(Primitive primitive) {
    return arena.own(primitive);
  }

  void add(Primitive primitive, Map<Argument, Tensor> arguments) {
    kernels.add(arena.kernel(primitive, arguments));
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
    add(arena.reorder(from, to));
  }

  void recycle(Tensor tensor) {
    arena.recycle(tensor);
  }

  /** The kernels since the last call. */
  List<Kernel> take() {
    List<Kernel> taken = kernels;
    kernels = new ArrayList<>();
    return taken;
  }
}
