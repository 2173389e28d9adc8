/**
 * A trained model written as ONNX, for ONNX Runtime and whatever else reads the format.
 *
 * <p>Open {@link io.bnzoo.onnx.OnnxExport} first. What is written predicts; it does not train:
 * batch normalization goes by its running statistics, and dropout is left out. Inside, images are
 * always [N,C,H,W]. Note: a network is exported as {@code compiler} reads it, so what has no
 * kernels there is refused here, too.
 */
package io.bnzoo.onnx;
