package io.bnzoo.compiler;

import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Primitives;

/**
 * A convolution of [N,C,H,W], whose channels stand together in memory: with few of them, that
 * wastes nothing on padding.
 */
final class ConvolutionStage extends AffineStage {
  private final Operation.Convolution operation;
  private final Layout anyWeights;

  ConvolutionStage(Operation.Convolution operation, Workbench bench) {
    super(operation, bench);
    this.operation = operation;
    this.anyWeights = Layout.any(operation.weights().layout().size());
  }

  @Override
  Primitive primitive(long batch, Primitives.Use use) {
    return Primitives.convolution(
        use,
        images(batch, operation.input()),
        anyWeights,
        operation.bias().map(Parameter::layout),
        images(batch, operation.output()),
        operation.window(),
        operation.then());
  }

  private static Layout images(long batch, Operation.ImageSize size) {
    return Layout.channelsLast(batch, size.channels(), size.height(), size.width());
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
