/**
 * Batch normalization by hand, as SameDiff graphs that Deeplearning4j runs as layers.
 *
 * <p>Open {@link io.bnzoo.layer.LowLevelBatchNormalization} first. Note: names and fields of the
 * public classes are a file format, since a saved model's JSON has them.
 */
package io.bnzoo.layer;
