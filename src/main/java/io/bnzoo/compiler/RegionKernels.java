package io.bnzoo.compiler;

import io.bnzoo.compiler.Operation.Region;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Tensor;

/**
 * Copies images, or vectors, into a region of larger ones, or out of it; the gradient goes the
 * other way.
 *
 * @param outward whether forward makes larger images
 */
record RegionKernels(Region region, boolean outward, Workbench bench) implements OperationKernels {
  @Override
  public Tensor forward(Tensor source) {
    return outward ? padded(source) : cropped(source);
  }

  @Override
  public Tensor backward(Tensor gradient, boolean sourceNeeded) {
    Tensor found = outward ? cropped(gradient) : padded(gradient);
    bench.recycle(gradient);
    return found;
  }

  private Tensor padded(Tensor part) {
    Layout whole = region.whole().channelsLast(part.layout().size(0));
    Tensor images = bench.zeros(whole);
    bench.reorder(images(part), bench.view(images, within(whole)));
    return like(part, images);
  }

  private Tensor cropped(Tensor images) {
    Layout whole = region.whole().channelsLast(images.layout().size(0));
    Tensor inOrder = bench.arranged(images(images), whole);
    Tensor part = bench.tensor(region.part().channelsLast(whole.size(0)));
    bench.reorder(bench.view(inOrder, within(whole)), part);
    return like(images, part);
  }

  /** Vectors as images of one pixel. */
  private Tensor images(Tensor given) {
    long[] size = given.layout().size();
    return size.length == 4
        ? given
        : bench.view(given, Layout.channelsLast(size[0], size[1], 1, 1));
  }

  /** Images of one pixel as vectors, if vectors were given. */
  private Tensor like(Tensor given, Tensor images) {
    long[] size = images.layout().size();
    return given.layout().size().length == 4
        ? images
        : bench.view(images, Layout.rowByRow(size[0], size[1]));
  }

  private Layout within(Layout whole) {
    return whole
        .range(1, region.channel(), region.part().channels())
        .range(2, region.row(), region.part().height())
        .range(3, region.column(), region.part().width());
  }
}
