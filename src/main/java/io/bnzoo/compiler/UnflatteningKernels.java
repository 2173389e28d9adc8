package io.bnzoo.compiler;

import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Tensor;

/** [N,C*H*W] to [N,C,H,W]: the same values in the same order. */
record UnflatteningKernels(Operation.MapSize images, Workbench bench) implements OperationKernels {
  @Override
  public Tensor forward(Tensor source) {
    long batch = source.layout().size(0);
    Tensor inOrder = bench.arranged(source, Layout.rowByRow(batch, images.values()));
    return bench.view(
        inOrder, Layout.rowByRow(batch, images.channels(), images.height(), images.width()));
  }

  @Override
  public Tensor backward(Tensor gradient, boolean sourceNeeded) {
    long[] size = gradient.layout().size();
    Tensor inOrder = bench.rearranged(gradient, Layout.rowByRow(size));
    return bench.view(inOrder, Layout.rowByRow(size[0], images.values()));
  }
}
