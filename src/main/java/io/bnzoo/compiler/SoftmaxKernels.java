package io.bnzoo.compiler;

import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.ImagePrimitives;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Tensor;
import java.util.Map;

/** Softmax over the values of [N,F] or the channels of [N,C,H,W]. */
final class SoftmaxKernels implements OperationKernels {
  private final Workbench bench;
  private Primitive forward;
  private Tensor result;

  SoftmaxKernels(Workbench bench) {
    this.bench = bench;
  }

  @Override
  public Tensor forward(Tensor given) {
    long[] size = given.layout().size();
    Layout layout = size.length == 4 ? Layout.channelsLast(size) : Layout.rowByRow(size);
    forward = bench.own(ImagePrimitives.softmax(bench.mode(), layout));
    result = bench.tensor(layout);
    bench.add(
        forward,
        Map.of(Argument.SOURCE, bench.arranged(given, layout), Argument.DESTINATION, result));
    return result;
  }

  @Override
  public Tensor backward(Tensor given, boolean sourceNeeded) {
    Tensor gradient = bench.rearranged(given, result.layout());
    Tensor found = bench.tensor(result.layout());
    bench.add(
        bench.own(ImagePrimitives.softmaxGradient(result.layout(), forward)),
        Map.of(
            Argument.DESTINATION, result,
            Argument.DESTINATION_GRADIENT, gradient,
            Argument.SOURCE_GRADIENT, found));
    bench.recycle(gradient);
    bench.recycle(result);
    return found;
  }
}
