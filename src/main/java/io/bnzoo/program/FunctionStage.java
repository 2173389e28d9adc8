package io.bnzoo.program;

import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Function;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Primitives;
import io.bnzoo.onednn.Tensor;
import java.util.Map;

/** A function of each value. */
final class FunctionStage implements Stage {
  private final Function function;
  private final Workbench bench;
  private Tensor result;

  FunctionStage(Function function, Workbench bench) {
    this.function = function;
    this.bench = bench;
  }

  @Override
  public Tensor forward(Tensor source) {
    result = bench.tensor(source.layout());
    bench.add(
        bench.own(Primitives.function(bench.use(), function, source.layout())),
        Map.of(Argument.SOURCE, source, Argument.DESTINATION, result));
    return result;
  }

  @Override
  public Tensor backward(Tensor gradient, boolean sourceNeeded) {
    return backward(function, result, gradient, bench);
  }

  /** The gradient of a function's argument, in the layout of its value. */
  static Tensor backward(Function function, Tensor value, Tensor gradient, Workbench bench) {
    Tensor arranged = bench.arranged(gradient, value.layout());
    Tensor result = bench.tensor(value.layout());
    Primitive forward =
        bench.own(Primitives.function(Primitives.Use.TRAINING, function, value.layout()));
    bench.add(
        bench.own(Primitives.functionGradient(function, value.layout(), forward)),
        Map.of(
            Argument.DESTINATION, value,
            Argument.DESTINATION_GRADIENT, arranged,
            Argument.SOURCE_GRADIENT, result));
    return result;
  }
}
