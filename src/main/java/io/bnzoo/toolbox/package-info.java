/**
 * What to do with a trained model whose batch normalization may be at fault.
 *
 * <p>{@link io.bnzoo.toolbox.BatchNorm} is one such layer of any model of Deeplearning4j's, {@link
 * io.bnzoo.toolbox.LayerInputs} what such layers are given when the model predicts, and {@link
 * io.bnzoo.toolbox.Recalibration} computes running statistics anew.
 */
package io.bnzoo.toolbox;
