package io.bnzoo.compiler;

import io.bnzoo.onednn.ActivationFunction;
import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Primitives;
import io.bnzoo.onednn.Tensor;
import java.util.Map;

/** An activation function of each value. */
final class ActivationKernels implements OperationKernels {
  private final ActivationFunction function;
  private final Workbench bench;
  private Tensor result;

  ActivationKernels(ActivationFunction function, Workbench bench) {
    this.function = function;
    this.bench = bench;
  }

  @Override
  public Tensor forward(Tensor source) {
    result = bench.tensor(source.layout());
    bench.add(
        bench.own(Primitives.activation(bench.mode(), function, source.layout())),
        Map.of(Argument.SOURCE, source, Argument.DESTINATION, result));
    return result;
  }

  @Override
  public Tensor backward(Tensor gradient, boolean sourceNeeded) {
    Tensor found = backward(function, result, gradient, bench);
    bench.recycle(result);
    return found;
  }

  /** The gradient of the function's argument, which replaces that of its value, in its layout. */
  static Tensor backward(ActivationFunction function, Tensor value, Tensor given, Workbench bench) {
    Tensor gradient = bench.rearranged(given, value.layout());
    Primitive forward = bench.own(Primitives.activation(Mode.TRAINING, function, value.layout()));
    bench.add(
        bench.own(Primitives.activationGradient(function, value.layout(), forward)),
        Map.of(
            Argument.DESTINATION, value,
            Argument.DESTINATION_GRADIENT, gradient,
            Argument.SOURCE_GRADIENT, gradient));
    return gradient;
  }
}
