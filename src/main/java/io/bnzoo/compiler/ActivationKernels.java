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

  /** What the derivative is computed from. */
  private Tensor known;

  ActivationKernels(ActivationFunction function, Workbench bench) {
    this.function = function;
    this.bench = bench;
  }

  @Override
  public Tensor forward(Tensor source) {
    Tensor result = bench.tensor(source.layout());
    bench.add(
        bench.own(Primitives.activation(bench.mode(), function, source.layout())),
        Map.of(Argument.SOURCE, source, Argument.DESTINATION, result));
    known = function.isDerivedFromResult() ? result : source;
    return result;
  }

  @Override
  public Tensor backward(Tensor gradient, boolean sourceNeeded) {
    Tensor found = backward(function, known, gradient, bench);
    if (function.isDerivedFromResult()) {
      bench.recycle(known);
    }
    return found;
  }

  /**
   * The gradient of the function's argument, which replaces that of its value, in the layout of
   * what it is derived from.
   *
   * @param known the value or the argument
   */
  static Tensor backward(ActivationFunction function, Tensor known, Tensor given, Workbench bench) {
    Tensor gradient = bench.rearranged(given, known.layout());
    Primitive forward = bench.own(Primitives.activation(Mode.TRAINING, function, known.layout()));
    bench.add(
        bench.own(Primitives.activationGradient(function, known.layout(), forward)),
        Map.of(
            function.isDerivedFromResult() ? Argument.DESTINATION : Argument.SOURCE,
            known,
            Argument.DESTINATION_GRADIENT,
            gradient,
            Argument.SOURCE_GRADIENT,
            gradient));
    return gradient;
  }
}
