package io.bnzoo.program;

import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Primitives;
import io.bnzoo.onednn.Tensor;
import java.util.EnumMap;
import java.util.Map;

/** A matrix product of [N,in]. */
final class DenseStage implements Stage {
  private final Operation.Dense operation;
  private final Workbench bench;
  private Primitive forward;
  private Tensor source;
  private Tensor result;

  DenseStage(Operation.Dense operation, Workbench bench) {
    this.operation = operation;
    this.bench = bench;
  }

  /** The layout in which the product wants its weights. */
  static Layout weights(Operation.Dense operation, long batch, Workbench bench) {
    return bench.own(primitive(operation, batch, Primitives.Use.TRAINING)).weights();
  }

  private static Primitive primitive(Operation.Dense operation, long batch, Primitives.Use use) {
    long[] size = operation.weights().layout().size();
    return Primitives.dense(
        use,
        Layout.rowByRow(batch, size[1]),
        Layout.any(size),
        operation.bias().map(Parameter::layout),
        Layout.rowByRow(batch, size[0]),
        operation.then());
  }

  @Override
  public Tensor forward(Tensor given) {
    long batch = given.layout().size(0);
    forward = bench.own(primitive(operation, batch, bench.use()));
    source = bench.arranged(given, forward.source());
    result = bench.tensor(forward.destination());
    Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);
    arguments.put(Argument.SOURCE, source);
    arguments.put(
        Argument.WEIGHTS, bench.arranged(bench.values(operation.weights()), forward.weights()));
    operation.bias().ifPresent(bias -> arguments.put(Argument.BIAS, bench.values(bias)));
    arguments.put(Argument.DESTINATION, result);
    bench.add(forward, arguments);
    return result;
  }

  @Override
  public Tensor backward(Tensor given, boolean sourceNeeded) {
    Tensor gradient = bench.arranged(given, result.layout());
    if (operation.then().isPresent()) {
      gradient = FunctionStage.backward(operation.then().get(), result, gradient, bench);
    }
    differentiateWeights(gradient);
    return sourceNeeded ? differentiateSource(gradient) : given;
  }

  private void differentiateWeights(Tensor gradient) {
    Primitive primitive =
        bench.own(
            Primitives.denseWeightGradient(
                source.layout(),
                Layout.any(operation.weights().layout().size()),
                operation.bias().map(Parameter::layout),
                gradient.layout(),
                forward));
    Gradients.ofWeights(primitive, operation.weights(), operation.bias(), source, gradient, bench);
  }

  private Tensor differentiateSource(Tensor gradient) {
    Primitive primitive =
        bench.own(
            Primitives.denseSourceGradient(
                source.layout(),
                Layout.any(operation.weights().layout().size()),
                gradient.layout(),
                forward));
    return Gradients.ofSource(primitive, operation.weights(), gradient, bench);
  }
}
