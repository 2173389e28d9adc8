/**
 * What to do with a trained model: whose batch normalization may be at fault, or is to be folded.
 *
 * <p>{@link io.bnzoo.toolbox.BatchNorm} is one such layer of any model of Deeplearning4j's, {@link
 * io.bnzoo.toolbox.LayerInputs} what such layers are given when the model predicts, and {@link
 * io.bnzoo.toolbox.Recalibration} computes running statistics anew. {@link
 * io.bnzoo.toolbox.Folding} makes a model without batch normalization for predictions, {@link
 * io.bnzoo.toolbox.Conversion} one with other layers of the same values.
 */
package io.bnzoo.toolbox;
