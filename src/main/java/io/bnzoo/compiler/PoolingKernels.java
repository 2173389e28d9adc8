package io.bnzoo.compiler;

import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Primitives;
import io.bnzoo.onednn.Tensor;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** A pooling of [N,C,H,W] with channels last in memory, as convolutions have them. */
final class PoolingKernels implements OperationKernels {
  private final Operation.PoolingOp operation;
  private final Workbench bench;
  private Primitive forward;
  private Optional<Tensor> workspace = Optional.empty();

  PoolingKernels(Operation.PoolingOp operation, Workbench bench) {
    this.operation = operation;
    this.bench = bench;
  }

  @Override
  public Tensor forward(Tensor given) {
    long batch = given.layout().size(0);
    Layout from = operation.input().channelsLast(batch);
    Layout to = operation.output().channelsLast(batch);
    forward =
        bench.own(
            Primitives.pooling(
                bench.mode(), operation.kind(), from, to, operation.kernel(), operation.window()));
    Tensor source = bench.arranged(given, from);
    Tensor result = bench.tensor(to);
    Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);
    arguments.put(Argument.SOURCE, source);
    arguments.put(Argument.DESTINATION, result);
    if (bench.mode() == Mode.TRAINING && operation.kind().remembers()) {
      workspace = Optional.of(bench.tensor(forward.workspace()));
      arguments.put(Argument.WORKSPACE, workspace.get());
    }
    bench.add(forward, arguments);
    if (source != given) {
      bench.recycle(source);
    }
    return result;
  }

  @Override
  public Tensor backward(Tensor given, boolean sourceNeeded) {
    if (!sourceNeeded) {
      return given;
    }
    Layout from = forward.source();
    Layout to = forward.destination();
    Tensor gradient = bench.rearranged(given, to);
    Tensor found = bench.tensor(from);
    Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);
    arguments.put(Argument.DESTINATION_GRADIENT, gradient);
    arguments.put(Argument.SOURCE_GRADIENT, found);
    workspace.ifPresent(kept -> arguments.put(Argument.WORKSPACE, kept));
    bench.add(
        bench.own(
            Primitives.poolingGradient(
                operation.kind(), from, to, operation.kernel(), operation.window(), forward)),
        arguments);
    bench.recycle(gradient);
    workspace.ifPresent(bench::recycle);
    return found;
  }
}
