package io.bnzoo.compiler;

import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Tensor;

/** [N,C,H,W] to [N,C*H*W]. */
final class FlatteningKernels implements OperationKernels {
  private final Operation.FlatteningOp flattening;
  private final Workbench bench;
  private Layout images;

  FlatteningKernels(Operation.FlatteningOp flattening, Workbench bench) {
    this.flattening = flattening;
    this.bench = bench;
  }

  @Override
  public Tensor forward(Tensor source) {
    long[] size = source.layout().size();
    images = flattening.channelsLast() ? Layout.channelsLast(size) : Layout.rowByRow(size);
    Tensor inOrder = bench.arranged(source, images);
    return bench.view(inOrder, Layout.rowByRow(size[0], size[1] * size[2] * size[3]));
  }

  @Override
  public Tensor backward(Tensor gradient, boolean sourceNeeded) {
    Tensor inOrder = bench.rearranged(gradient, Layout.rowByRow(gradient.layout().size()));
    return bench.view(inOrder, images);
  }
}
