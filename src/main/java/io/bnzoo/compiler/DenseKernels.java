package io.bnzoo.compiler;

import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Primitives;

/** A matrix product of [N,in]. */
final class DenseKernels extends LinearKernels {
  private final Operation.LinearOp operation;
  private final Workbench bench;
  private final Layout anyWeights;

  DenseKernels(Operation.LinearOp operation, Workbench bench) {
    super(operation, bench);
    this.operation = operation;
    this.bench = bench;
    this.anyWeights = Layout.any(operation.weights().layout().size());
  }

  @Override
  Layout weights(long batch) {
    return primitive(batch, Mode.TRAINING).weights();
  }

  @Override
  Primitive primitive(long batch, Mode mode) {
    return bench.own(
        Primitives.dense(
            mode,
            Layout.rowByRow(batch, anyWeights.size(1)),
            anyWeights,
            operation.bias().map(Parameter::layout),
            Layout.rowByRow(batch, anyWeights.size(0)),
            operation.activation()));
  }

  @Override
  Primitive weightGradient(Primitive forwards) {
    return Primitives.denseWeightGradient(
        forwards.source(),
        anyWeights,
        operation.bias().map(Parameter::layout),
        forwards.destination(),
        forwards);
  }

  @Override
  Primitive sourceGradient(Primitive forwards) {
    return Primitives.denseSourceGradient(
        forwards.source(), anyWeights, forwards.destination(), forwards);
  }
}
