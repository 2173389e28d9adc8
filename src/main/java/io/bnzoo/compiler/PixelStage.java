package io.bnzoo.compiler;

import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Tensor;

/** What a stage does to [N,F], done to [N,F,1,1]. */
final class PixelStage implements Stage {
  private final Stage ofFeatures;
  private final Workbench bench;

  PixelStage(Stage ofFeatures, Workbench bench) {
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
