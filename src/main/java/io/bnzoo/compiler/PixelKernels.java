package io.bnzoo.compiler;

import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Tensor;

/** Kernels of [N,F] applied to [N,F,1,1]. */
final class PixelKernels implements OperationKernels {
  private final OperationKernels ofFeatures;
  private final Workbench bench;

  PixelKernels(OperationKernels ofFeatures, Workbench bench) {
    this.ofFeatures = ofFeatures;
    this.bench = bench;
  }

  @Override
  public Tensor forward(Tensor source) {
    Tensor inOrder = bench.arranged(source, Layout.channelsLast(source.layout().size()));
    return images(ofFeatures.forward(features(inOrder)));
  }

  @Override
  public Tensor backward(Tensor gradient, boolean sourceNeeded) {
    Tensor inOrder = bench.rearranged(gradient, Layout.channelsLast(gradient.layout().size()));
    return images(ofFeatures.backward(features(inOrder), sourceNeeded));
  }

  private Tensor features(Tensor images) {
    long[] size = images.layout().size();
    return bench.view(images, Layout.rowByRow(size[0], size[1]));
  }

  private Tensor images(Tensor features) {
    long[] size = features.layout().size();
    return bench.view(features, Layout.channelsLast(size[0], size[1], 1, 1));
  }
}
