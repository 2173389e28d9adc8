package io.bnzoo.compiler;

import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Kernel;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.NativeScope;
import io.bnzoo.onednn.Tensor;
import io.bnzoo.onednn.TensorPool;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A network's parameters, their gradients and the optimizer's state.
 *
 * <p>Vectors hold the parameters at the same offsets, in the layouts that kernels want, those with
 * the same update next to each other. An optimizer's step is therefore a few operations on long
 * vectors, whatever the layouts: it treats each value alone, and leaves padding, which is 0, at 0.
 */
final class ParameterStore implements AutoCloseable {

  /** What is stored for each parameter. */
  enum Quantity {
    VALUES,
    /** Of a running statistic: the batch's statistic. */
    GRADIENTS,
    /** The first vector of an optimizer's state, such as the momentum of Nesterovs. */
    FIRST_MOMENT,
    /** The second vector, such as the second moment of Adam. */
    SECOND_MOMENT,
    /** The third vector, the largest second moment of AMSGrad. */
    THIRD_MOMENT
  }

  /** Parts start at cache lines. */
  private static final long ALIGNMENT = 16;

  /**
   * Neighbouring values with the same update, of one parameter or many, at most {@link
   * LongVectors#PIECE}.
   *
   * @param pieces what it has of each parameter
   */
  record Group(Parameter.Update update, long from, long count, List<Piece> pieces) {}

  /** Neighbouring values of one parameter. */
  record Piece(Parameter parameter, long from, long count) {}

  private final List<Parameter> parameters;
  private final Map<Parameter, Layout> layouts;
  private final Map<Parameter, Long> places = new HashMap<>();
  private final List<Group> groups = new ArrayList<>();
  private final Map<Quantity, Stored> vectors = new EnumMap<>(Quantity.class);
  private final int flatLength;
  private final Floats flat;
  private final long length;

  /**
   * Room for parameters.
   *
   * @param layouts the layouts that kernels want
   * @param flatLength the length of Deeplearning4j's vector of all parameters
   */
  ParameterStore(Map<Parameter, Layout> layouts, long flatLength) {
    this.parameters = List.copyOf(layouts.keySet());
    this.layouts = Map.copyOf(layouts);
    this.flatLength = Math.toIntExact(flatLength);
    this.flat = Floats.zeros(Math.max(flatLength, endOfLayouts()));
    long end = 0;
    for (List<Parameter> alike : grouped(parameters)) {
      long from = end;
      for (Parameter parameter : alike) {
        places.put(parameter, end);
        end += aligned(layouts.get(parameter).floats());
      }
      for (long start = from; start < end; start += LongVectors.PIECE) {
        long count = Math.min(LongVectors.PIECE, end - start);
        Parameter.Update update = alike.get(0).update().ofEachValue();
        groups.add(new Group(update, start, count, pieces(alike, start, start + count)));
      }
    }
    this.length = end;
  }

  private List<Piece> pieces(List<Parameter> alike, long start, long end) {
    List<Piece> pieces = new ArrayList<>();
    for (Parameter parameter : alike) {
      long place = places.get(parameter);
      long from = Math.max(start, place);
      long count = Math.min(end, place + layouts.get(parameter).floats()) - from;
      if (count > 0) {
        pieces.add(new Piece(parameter, from, count));
      }
    }
    return pieces;
  }

  /** Where every so many values count, oneDNN has a layout go on as far behind the last of them. */
  private long endOfLayouts() {
    return parameters.stream()
        .mapToLong(parameter -> parameter.offset() + parameter.layout().floats())
        .max()
        .orElse(0);
  }

  private static List<List<Parameter>> grouped(Iterable<Parameter> parameters) {
    Map<Parameter.Update, List<Parameter>> byUpdate = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      byUpdate
          .computeIfAbsent(parameter.update().ofEachValue(), update -> new ArrayList<>())
          .add(parameter);
    }
    return List.copyOf(byUpdate.values());
  }

  private static long aligned(long count) {
    return (count + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** In the order of the network's operations. */
  List<Parameter> parameters() {
    return parameters;
  }

  /** The length of each vector. */
  long length() {
    return length;
  }

  List<Group> groups() {
    return groups;
  }

  /** A group's part of a vector. */
  Floats part(Quantity vector, Group group) {
    return stored(vector).floats.part(group.from(), group.count());
  }

  /** A piece's part of a vector. */
  Floats part(Quantity vector, Piece piece) {
    return stored(vector).floats.part(piece.from(), piece.count());
  }

  /** A parameter's part of a vector. */
  Tensor tensor(Quantity vector, Parameter parameter) {
    return stored(vector).tensors.get(parameter);
  }

  /**
   * Sets a vector from values in Deeplearning4j's order.
   *
   * @param fill is given zeros in their place
   */
  void load(Quantity vector, Consumer<Floats> fill) {
    flat.clear();
    fill.accept(flat);
    stored(vector).loading.forEach(Kernel::run);
  }

  /**
   * Gives a vector in Deeplearning4j's order.
   *
   * @param fill is given zeros, for what there is no parameter for
   * @param use is given the result, which is gone afterwards
   */
  void store(Quantity vector, Consumer<Floats> fill, Consumer<Floats> use) {
    flat.clear();
    fill.accept(flat);
    stored(vector).storing.forEach(Kernel::run);
    use.accept(flat);
  }

  /** The same with 0 where there is no parameter. */
  float[] store(Quantity vector) {
    float[] values = new float[flatLength];
    store(vector, zeros -> {}, result -> result.read(values));
    return values;
  }

  private Stored stored(Quantity vector) {
    return vectors.computeIfAbsent(vector, unused -> new Stored());
  }

  /** One of the vectors, allocated on first use: not every optimizer needs them all. */
  private final class Stored {
    final TensorPool pool = new TensorPool();
    final Floats floats = Floats.zeros(length);
    final Map<Parameter, Tensor> tensors = new HashMap<>();
    final List<Kernel> loading = new ArrayList<>();
    final List<Kernel> storing = new ArrayList<>();

    Stored() {
      try (NativeScope made = new NativeScope()) {
        fill();
      }
    }

    private void fill() {
      layouts.forEach(
          (parameter, layout) -> {
            Tensor inside =
                pool.tensor(layout, floats.part(places.get(parameter), layout.floats()));
            Tensor outside =
                pool.tensor(
                    parameter.layout(), flat.part(parameter.offset(), parameter.layout().floats()));
            tensors.put(parameter, inside);
            loading.add(pool.reorder(outside, inside));
            storing.add(pool.reorder(inside, outside));
          });
      pool.seal();
    }

    void close() {
      pool.close();
      floats.close();
    }
  }

  @Override
  public void close() {
    vectors.values().forEach(Stored::close);
    flat.close();
  }
}
