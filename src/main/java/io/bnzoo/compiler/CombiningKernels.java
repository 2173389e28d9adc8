package io.bnzoo.compiler;

import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.CombiningPrimitives;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Tensor;
import io.bnzoo.onednn.VectorPrimitives;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is made of several values of one size; subclasses say what. */
abstract class CombiningKernels implements NodeKernels {
  final Workbench bench;

  /** In one layout. */
  private List<Tensor> sources = List.of();

  private CombiningKernels(Workbench bench) {
    this.bench = bench;
  }

  static CombiningKernels of(Operation.CombiningOp operation, Workbench bench) {
    if (operation instanceof Operation.SumOp sum) {
      return new Sum(sum, bench);
    }
    return operation instanceof Operation.ProductOp ? new Product(bench) : new Maximum(bench);
  }

  /** Adds what makes the result. */
  abstract Tensor combined(List<Tensor> sources, Layout layout);

  /** Adds what makes the gradient of one source, in memory of its own. */
  abstract Tensor gradient(int source, List<Tensor> sources, Tensor gradient);

  @Override
  public final Tensor forward(List<Tensor> given) {
    Layout layout = layout(given.get(0).layout().size());
    sources = given.stream().map(source -> bench.arranged(source, layout)).toList();
    return combined(sources, layout);
  }

  private static Layout layout(long[] size) {
    return size.length == 4 ? Layout.channelsLast(size) : Layout.rowByRow(size);
  }

  @Override
  public final List<Tensor> backward(Tensor given, List<Boolean> needed) {
    Tensor gradient = bench.rearranged(given, sources.get(0).layout());
    List<Tensor> found = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      found.add(needed.get(i) ? gradient(i, sources, gradient) : gradient);
    }
    bench.recycle(gradient);
    return found;
  }

  final Tensor made(Primitive primitive, List<Tensor> of) {
    Tensor made = bench.tensor(of.get(0).layout());
    bench.add(primitive, of, made);
    return made;
  }

  private static final class Sum extends CombiningKernels {
    private final Operation.SumOp operation;

    Sum(Operation.SumOp operation, Workbench bench) {
      super(bench);
      this.operation = operation;
    }

    @Override
    Tensor combined(List<Tensor> sources, Layout layout) {
      float[] weights = new float[sources.size()];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = operation.weights().get(i);
      }
      return made(bench.own(CombiningPrimitives.weightedSum(layout, weights)), sources);
    }

    @Override
    Tensor gradient(int source, List<Tensor> sources, Tensor gradient) {
      float weight = operation.weights().get(source);
      return made(
          bench.own(CombiningPrimitives.weightedSum(gradient.layout(), weight)), List.of(gradient));
    }
  }

  private static final class Product extends CombiningKernels {
    Product(Workbench bench) {
      super(bench);
    }

    @Override
    Tensor combined(List<Tensor> sources, Layout layout) {
      return productWithout(-1, sources.get(0), sources.subList(1, sources.size()));
    }

    /** Of a tensor and some of the others. */
    private Tensor productWithout(int left, Tensor first, List<Tensor> others) {
      Tensor product = first;
      for (int i = 0; i < others.size(); i++) {
        if (i != left) {
          Tensor longer = bench.product(product, others.get(i));
          if (product != first) {
            bench.recycle(product);
          }
          product = longer;
        }
      }
      return product;
    }

    @Override
    Tensor gradient(int source, List<Tensor> sources, Tensor gradient) {
      return productWithout(source, gradient, sources);
    }
  }

  private static final class Maximum extends CombiningKernels {
    /** For each source but the first, the largest of those before it. */
    private final List<Tensor> before = new ArrayList<>();

    Maximum(Workbench bench) {
      super(bench);
    }

    @Override
    Tensor combined(List<Tensor> sources, Layout layout) {
      Tensor largest = sources.get(0);
      for (Tensor source : sources.subList(1, sources.size())) {
        before.add(largest);
        Tensor larger = bench.tensor(layout);
        bench.add(
            bench.own(VectorPrimitives.maximum(layout)),
            Map.of(
                Argument.SOURCE, largest,
                Argument.SECOND_SOURCE, source,
                Argument.DESTINATION, larger));
        largest = larger;
      }
      return largest;
    }

    @Override
    Tensor gradient(int source, List<Tensor> sources, Tensor gradient) {
      Tensor share = gradient;
      for (int i = sources.size() - 1; i > Math.max(0, source - 1); i--) {
        Layout layout = gradient.layout();
        boolean isSecond = i == source;
        Tensor smaller = bench.tensor(layout);
        bench.add(
            bench.own(
                isSecond
                    ? CombiningPrimitives.gradientOfSecond(layout)
                    : CombiningPrimitives.gradientOfFirst(layout)),
            Map.of(
                Argument.SOURCE,
                before.get(i - 1),
                Argument.SECOND_SOURCE,
                sources.get(i),
                Argument.OPERAND_OF_FIRST_POST_OP,
                share,
                Argument.DESTINATION,
                smaller));
        if (share != gradient) {
          bench.recycle(share);
        }
        share = smaller;
      }
      return share;
    }
  }
}
