package io.bnzoo.program;

import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Primitives;
import io.bnzoo.onednn.Tensor;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * A convolution of [N,C,H,W], whose channels stand together in memory: with few of them, that
 * wastes nothing on padding.
 */
final class ConvolutionStage implements Stage {
  private final Operation.Convolution operation;
  private final Workbench bench;
  private Primitive forward;
  private Tensor source;
  private Tensor result;

  ConvolutionStage(Operation.Convolution operation, Workbench bench) {
    this.operation = operation;
    this.bench = bench;
  }

  /** The layout in which the convolution wants its weights. */
  static Layout weights(Operation.Convolution operation, long batch, Workbench bench) {
    return bench.own(primitive(operation, batch, Primitives.Use.TRAINING)).weights();
  }

  private static Primitive primitive(
      Operation.Convolution operation, long batch, Primitives.Use use) {
    Operation.ImageSize input = operation.input();
    Operation.ImageSize output = operation.output();
    return Primitives.convolution(
        use,
        Layout.channelsLast(batch, input.channels(), input.height(), input.width()),
        Layout.any(operation.weights().layout().size()),
        operation.bias().map(Parameter::layout),
        Layout.channelsLast(batch, output.channels(), output.height(), output.width()),
        operation.window(),
        operation.then());
  }

  @Override
  public Tensor forward(Tensor given) {
    forward = bench.own(primitive(operation, given.layout().size(0), bench.use()));
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
    Optional<Layout> bias = operation.bias().map(Parameter::layout);
    Primitive primitive =
        bench.own(
            Primitives.convolutionWeightGradient(
                forward.source(),
                Layout.any(operation.weights().layout().size()),
                bias,
                forward.destination(),
                operation.window(),
                forward));
    Gradients.ofWeights(primitive, operation.weights(), operation.bias(), source, gradient, bench);
  }

  private Tensor differentiateSource(Tensor gradient) {
    Primitive primitive =
        bench.own(
            Primitives.convolutionSourceGradient(
                forward.source(),
                Layout.any(operation.weights().layout().size()),
                forward.destination(),
                operation.window(),
                forward));
    return Gradients.ofSource(primitive, operation.weights(), gradient, bench);
  }
}
