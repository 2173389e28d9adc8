package io.bnzoo.compiler;

import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Primitives;

/**
 * A convolution of [N,C,H,W] with channels last in memory: where they are few, that wastes nothing
 * on padding.
 */
final class ConvolutionKernels extends LinearKernels {
  private final Operation.ConvolutionOp operation;
  private final Layout anyWeights;

  ConvolutionKernels(Operation.ConvolutionOp operation, Workbench bench) {
    super(operation, bench);
    this.operation = operation;
    this.anyWeights = Layout.any(operation.weights().layout().size());
  }

  @Override
  Primitive primitive(long batch, Mode mode) {
    return Primitives.convolution(
        mode,
        operation.input().channelsLast(batch),
        anyWeights,
        operation.bias().map(Parameter::layout),
        operation.output().channelsLast(batch),
        operation.window(),
        operation.activation());
  }

  @Override
  Primitive weightGradient(Primitive forwards) {
    return Primitives.convolutionWeightGradient(
        forwards.source(),
        anyWeights,
        operation.bias().map(Parameter::layout),
        forwards.destination(),
        operation.window(),
        forwards);
  }

  @Override
  Primitive sourceGradient(Primitive forwards) {
    return Primitives.convolutionSourceGradient(
        forwards.source(), anyWeights, forwards.destination(), operation.window(), forwards);
  }
}
