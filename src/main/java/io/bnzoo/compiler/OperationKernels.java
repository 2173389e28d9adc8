package io.bnzoo.compiler;

import io.bnzoo.onednn.Tensor;
import java.util.List;
import java.util.Optional;

/** Adds the kernels of one operation at one batch size to a workbench. */
interface OperationKernels {

  /** Adds the forward kernels; the source is left unchanged. */
  Tensor forward(Tensor source);

  /**
   * Adds the backward kernels, from the gradient of the result to those of the parameters. The
   * memory of the result may be reused.
   *
   * @param gradient of the result, which may be overwritten
   * @param sourceNeeded whether the gradient of the source is needed as well
   * @return the gradient of the source; undefined if it is not needed
   */
  Tensor backward(Tensor gradient, boolean sourceNeeded);

  /** As {@link NodeKernels#gradientThroughTime}. */
  default Optional<double[]> gradientThroughTime() {
    return Optional.empty();
  }

  /** As {@link NodeKernels#moments}. */
  default List<StepMoments> moments() {
    return List.of();
  }

  /** The kernels of an operation. */
  static OperationKernels of(Operation operation, Workbench bench) {
    if (operation instanceof Operation.LinearOp linear) {
      OperationKernels kernels = LinearKernels.of(linear, bench);
      return linear instanceof Operation.PixelConvolutionOp
          ? new PixelKernels(kernels, bench)
          : kernels;
    }
    if (operation instanceof Operation.NormalizationOp normalization) {
      return new NormalizationKernels(normalization, bench);
    }
    if (operation instanceof Operation.ActivationOp activation) {
      return new ActivationKernels(activation.function(), bench);
    }
    if (operation instanceof Operation.PoolingOp pooling) {
      return new PoolingKernels(pooling, bench);
    }
    if (operation instanceof Operation.NormPoolingOp pooling) {
      return new NormPoolingKernels(pooling.mean(), bench);
    }
    if (operation instanceof Operation.DropoutOp dropout) {
      return new DropoutKernels(dropout, bench);
    }
    if (operation instanceof Operation.FlatteningOp flattening) {
      return new FlatteningKernels(flattening, bench);
    }
    if (operation instanceof Operation.UnflatteningOp unflattening) {
      return new UnflatteningKernels(unflattening.images(), bench);
    }
    if (operation instanceof Operation.PaddingOp padding) {
      return new RegionKernels(padding.region(), true, bench);
    }
    if (operation instanceof Operation.CroppingOp cropping) {
      return new RegionKernels(cropping.region(), false, bench);
    }
    if (operation instanceof Operation.UpsamplingOp upsampling) {
      return new UpsamplingKernels(upsampling, bench);
    }
    if (operation instanceof Operation.SpaceToDepthOp spaceToDepth) {
      return new SpaceToDepthKernels(spaceToDepth, bench);
    }
    if (operation instanceof Operation.LocalResponseOp localResponse) {
      return new LocalResponseKernels(localResponse.response(), bench);
    }
    if (operation instanceof Operation.SequenceOp sequence) {
      return new SequenceKernels(sequence, bench);
    }
    if (operation instanceof Operation.LstmOp lstm) {
      return new LstmKernels(lstm, bench);
    }
    if (operation instanceof Operation.HardSigmoidOp) {
      return new HardSigmoidKernels(bench);
    }
    if (operation instanceof Operation.SoftmaxOp) {
      return new SoftmaxKernels(bench);
    }
    if (operation instanceof Operation.UnitNormOp unitNorm) {
      return new UnitNormKernels(unitNorm.least(), bench);
    }
    throw new IllegalStateException("there are no kernels for " + operation);
  }
}
