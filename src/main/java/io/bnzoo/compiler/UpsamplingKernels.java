package io.bnzoo.compiler;

import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.ImagePrimitives;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Tensor;
import java.util.Map;

/** Repeats the pixels of [N,C,H,W]. */
final class UpsamplingKernels implements OperationKernels {
  private final Operation.UpsamplingOp operation;
  private final Workbench bench;
  private Primitive forward;

  UpsamplingKernels(Operation.UpsamplingOp operation, Workbench bench) {
    this.operation = operation;
    this.bench = bench;
  }

  @Override
  public Tensor forward(Tensor given) {
    long batch = given.layout().size(0);
    Layout from = operation.input().channelsLast(batch);
    Layout to = operation.output().channelsLast(batch);
    forward = bench.own(ImagePrimitives.upsampling(bench.mode(), from, to));
    Tensor result = bench.tensor(to);
    bench.add(
        forward,
        Map.of(Argument.SOURCE, bench.arranged(given, from), Argument.DESTINATION, result));
    return result;
  }

  @Override
  public Tensor backward(Tensor given, boolean sourceNeeded) {
    Layout from = operation.input().channelsLast(given.layout().size(0));
    Layout to = operation.output().channelsLast(given.layout().size(0));
    Tensor gradient = bench.rearranged(given, to);
    Tensor found = bench.tensor(from);
    bench.add(
        bench.own(ImagePrimitives.upsamplingGradient(from, to, forward)),
        Map.of(Argument.DESTINATION_GRADIENT, gradient, Argument.SOURCE_GRADIENT, found));
    bench.recycle(gradient);
    return found;
  }
}
