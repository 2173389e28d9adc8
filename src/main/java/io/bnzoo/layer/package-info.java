/**
 * Batch normalization by hand, as SameDiff graphs that Deeplearning4j runs as layers.
 *
 * <p>Open {@link io.bnzoo.layer.LowLevelBatchNormalization} first. The trap: names and fields of
 * the public classes are a file format, since a saved model's JSON has them. Another: what stands
 * in a statistic's place of the flattened gradient is no gradient but its next step.
 */
package io.bnzoo.layer;
