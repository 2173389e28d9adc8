/**
 * Batch normalization by hand, as SameDiff graphs that Deeplearning4j runs as layers, and an LSTM
 * with recurrent batch normalization, written out step by step.
 *
 * <p>Open {@link io.bnzoo.layer.LowLevelBatchNormalization} first, then {@link
 * io.bnzoo.layer.BatchNormLstm}. Note: names and fields of the public classes are a file format,
 * since a saved model's JSON has them.
 */
package io.bnzoo.layer;
