package io.bnzoo.compiler;

import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Tensor;
import java.util.EnumMap;
import java.util.Map;

/** A linear layer; subclasses choose oneDNN's primitives. */
abstract class LinearKernels implements OperationKernels {
  private final Operation.LinearOp operation;
  private final Workbench bench;
  private Primitive forward;
  private Tensor source;
  private Tensor result;

  LinearKernels(Operation.LinearOp operation, Workbench bench) {
    this.operation = operation;
    this.bench = bench;
  }

  /** The kernels of an operation: those of a matrix product for images of one pixel. */
  static LinearKernels of(Operation.LinearOp operation, Workbench bench) {
    return operation instanceof Operation.ConvolutionOp convolution
        ? new ConvolutionKernels(convolution, bench)
        : new DenseKernels(operation, bench);
  }

  /** The layout in which weights are best stored. */
  abstract Layout weights(long batch);

  /** The forward primitive, with weights in the layout of its choice; the workbench owns it. */
  abstract Primitive primitive(long batch, Mode mode);

  /** The gradients of weights and bias, the former in the layout of its choice. */
  abstract Primitive weightGradient(Primitive forwards);

  /** The gradient of the source, with weights in the layout of its choice. */
  abstract Primitive sourceGradient(Primitive forwards);

  @Override
  public final Tensor forward(Tensor given) {
    forward = primitive(given.layout().size(0), bench.mode());
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
  public final Tensor backward(Tensor given, boolean sourceNeeded) {
    Tensor gradient = bench.rearranged(given, result.layout());
    if (operation.activation().isPresent()) {
      gradient = ActivationKernels.backward(operation.activation().get(), result, gradient, bench);
    }
    bench.recycle(result);
    if (operation.learns()) {
      differentiateWeights(gradient);
    }
    if (!sourceNeeded) {
      return gradient;
    }
    Tensor found = differentiateSource(gradient);
    bench.recycle(gradient);
    return found;
  }

  private void differentiateWeights(Tensor gradient) {
    Primitive primitive = bench.own(weightGradient(forward));
    Tensor stored = bench.gradients(operation.weights());
    boolean inPlace = stored.layout().equals(primitive.weightGradient());
    Tensor found = inPlace ? stored : bench.tensor(primitive.weightGradient());
    Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);
    arguments.put(Argument.SOURCE, source);
    arguments.put(Argument.DESTINATION_GRADIENT, gradient);
    arguments.put(Argument.WEIGHT_GRADIENT, found);
    operation
        .bias()
        .ifPresent(bias -> arguments.put(Argument.BIAS_GRADIENT, bench.gradients(bias)));
    bench.add(primitive, arguments);
    if (!inPlace) {
      bench.reorder(found, stored);
      bench.recycle(found);
    }
  }

  private Tensor differentiateSource(Tensor gradient) {
    Primitive primitive = bench.own(sourceGradient(forward));
    Tensor stored = bench.values(operation.weights());
    Tensor arranged = bench.arranged(stored, primitive.weights());
    Tensor found = bench.tensor(primitive.sourceGradient());
    bench.add(
        primitive,
        Map.of(
            Argument.DESTINATION_GRADIENT, gradient,
            Argument.WEIGHTS, arranged,
            Argument.SOURCE_GRADIENT, found));
    if (arranged != stored) {
      bench.recycle(arranged);
    }
    return found;
  }
}
