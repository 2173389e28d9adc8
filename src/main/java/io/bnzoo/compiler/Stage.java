package io.bnzoo.compiler;

import io.bnzoo.onednn.Tensor;

/** An operation at one batch size, as the kernels that it puts on a workbench. */
interface Stage {

  /** Adds the way to the result; the source stays as it is. */
  Tensor forward(Tensor source);

  /**
   * Adds the way from the gradient of the result to those of the parameters. Nobody comes back to
   * the result: its memory may serve for what follows.
   *
   * @param gradient of the result, handed over
   * @param sourceNeeded whether the gradient of the source is needed as well
   * @return the gradient of the source; what it is does not matter if that is not needed
   */
  Tensor backward(Tensor gradient, boolean sourceNeeded);

  /** The stage of an operation. */
  static Stage of(Operation operation, Workbench bench) {
    if (operation instanceof Operation.Affine affine) {
      Stage stage = AffineStage.of(affine, bench);
      return affine instanceof Operation.PixelConvolution ? new PixelStage(stage, bench) : stage;
    }
    if (operation instanceof Operation.Normalization normalization) {
      return new NormalizationStage(normalization, bench);
    }
    if (operation instanceof Operation.Application application) {
      return new FunctionStage(application.function(), bench);
    }
    if (operation instanceof Operation.Flattening flattening) {
      return new FlatteningStage(flattening, bench);
    }
    throw new IllegalStateException("there is no stage for " + operation);
  }
}
