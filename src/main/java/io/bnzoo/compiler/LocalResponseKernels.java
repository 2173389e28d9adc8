package io.bnzoo.compiler;

import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.ImagePrimitives;
import io.bnzoo.onednn.ImagePrimitives.LocalResponse;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Tensor;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Local response normalization of [N,C,H,W]. */
final class LocalResponseKernels implements OperationKernels {
  private final LocalResponse response;
  private final Workbench bench;
  private Primitive forward;
  private Tensor source;
  private Optional<Tensor> workspace = Optional.empty();

  LocalResponseKernels(LocalResponse response, Workbench bench) {
    this.response = response;
    this.bench = bench;
  }

  @Override
  public Tensor forward(Tensor given) {
    Layout layout = Layout.channelsLast(given.layout().size());
    forward = bench.own(ImagePrimitives.localResponseNormalization(bench.mode(), layout, response));
    source = bench.arranged(given, layout);
    Tensor result = bench.tensor(layout);
    Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);
    arguments.put(Argument.SOURCE, source);
    arguments.put(Argument.DESTINATION, result);
    if (bench.mode() == Mode.TRAINING) {
      workspace = Optional.of(bench.tensor(forward.workspace()));
      arguments.put(Argument.WORKSPACE, workspace.get());
    }
    bench.add(forward, arguments);
    return result;
  }

  @Override
  public Tensor backward(Tensor given, boolean sourceNeeded) {
    Layout layout = source.layout();
    Tensor gradient = bench.rearranged(given, layout);
    Tensor found = bench.tensor(layout);
    Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);
    arguments.put(Argument.SOURCE, source);
    arguments.put(Argument.DESTINATION_GRADIENT, gradient);
    arguments.put(Argument.SOURCE_GRADIENT, found);
    workspace.ifPresent(kept -> arguments.put(Argument.WORKSPACE, kept));
    bench.add(
        bench.own(ImagePrimitives.localResponseNormalizationGradient(layout, response, forward)),
        arguments);
    bench.recycle(gradient);
    workspace.ifPresent(bench::recycle);
    return found;
  }
}
