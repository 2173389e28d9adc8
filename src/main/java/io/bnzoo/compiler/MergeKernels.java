package io.bnzoo.compiler;

import io.bnzoo.onednn.CombiningPrimitives;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Tensor;
import java.util.ArrayList;
import java.util.List;

/** The channels of several [N,C,H,W] or the values of several [N,F], one behind the other. */
final class MergeKernels implements NodeKernels {
  private final Workbench bench;
  private List<Layout> layouts = List.of();
  private Layout merged;

  MergeKernels(Workbench bench) {
    this.bench = bench;
  }

  @Override
  public Tensor forward(List<Tensor> given) {
    long[] size = given.get(0).layout().size();
    size[1] = given.stream().mapToLong(tensor -> tensor.layout().size(1)).sum();
    merged = layout(size);
    layouts = given.stream().map(tensor -> layout(tensor.layout().size())).toList();
    List<Tensor> sources = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      sources.add(bench.arranged(given.get(i), layouts.get(i)));
    }
    Tensor result = bench.tensor(merged);
    bench.add(bench.own(CombiningPrimitives.concatenation(layouts, merged)), sources, result);
    return result;
  }

  private static Layout layout(long[] size) {
    return size.length == 4 ? Layout.channelsLast(size) : Layout.rowByRow(size);
  }

  @Override
  public List<Tensor> backward(Tensor given, List<Boolean> needed) {
    Tensor gradient = bench.rearranged(given, merged);
    List<Tensor> found = new ArrayList<>();
    long from = 0;
    for (int i = 0; i < layouts.size(); i++) {
      long channels = layouts.get(i).size(1);
      if (needed.get(i)) {
        Tensor part = bench.tensor(layouts.get(i));
        bench.reorder(bench.view(gradient, merged.range(1, from, channels)), part);
        found.add(part);
      } else {
        found.add(gradient);
      }
      from += channels;
    }
    bench.recycle(gradient);
    return found;
  }
}
