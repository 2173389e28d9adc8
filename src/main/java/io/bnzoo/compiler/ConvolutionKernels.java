package io.bnzoo.compiler;

import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Primitives;

/**
 * A convolution of [N,C,H,W] with channels last in memory: where they are few, that wastes nothing
 * on padding.
 *
 * <p>Its weights are stored as the forward primitive wants them, which is fastest where images are
 * large. Where the weights are larger than the images, a step spends its time on copying weights
 * from one layout to another; they are stored as both the forward primitive and that of their
 * gradient can use them.
 */
final class ConvolutionKernels extends LinearKernels {
  /** Weights are large that outnumber the values of so many images. */
  private static final long IMAGES = 16;

  private final Operation.ConvolutionOp operation;
  private final Workbench bench;
  private final Layout anyWeights;
  private final boolean hasLargeWeights;

  ConvolutionKernels(Operation.ConvolutionOp operation, Workbench bench) {
    super(operation, bench);
    this.operation = operation;
    this.bench = bench;
    this.anyWeights = Layout.any(operation.weights().layout().size());
    this.hasLargeWeights =
        operation.weights().length()
            > IMAGES * (operation.input().values() + operation.output().values());
  }

  @Override
  Layout weights(long batch) {
    Primitive fastest = forward(batch, Mode.TRAINING, anyWeights);
    if (hasLargeWeights) {
      Layout shared = bench.own(weightGradient(fastest)).weightGradient();
      if (!forward(batch, Mode.TRAINING, shared).isGeneric()) {
        return shared;
      }
    }
    return fastest.weights();
  }

  @Override
  Primitive primitive(long batch, Mode mode) {
    if (hasLargeWeights) {
      Layout stored = bench.values(operation.weights()).layout();
      Primitive withoutCopying = forward(batch, mode, stored);
      if (!withoutCopying.isGeneric()) {
        return withoutCopying;
      }
    }
    return forward(batch, mode, anyWeights);
  }

  private Primitive forward(long batch, Mode mode, Layout weights) {
    return bench.own(
        Primitives.convolution(
            mode,
            operation.input().channelsLast(batch),
            weights,
            operation.bias().map(Parameter::layout),
            operation.output().channelsLast(batch),
            operation.window(),
            operation.activation()));
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
