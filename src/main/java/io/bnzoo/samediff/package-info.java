/**
 * SameDiff graphs as layers of a Deeplearning4j network: their parameters, their derivative and how
 * they are run.
 *
 * <p>Open {@link io.bnzoo.samediff.ChannelwiseLayer} first. Note: in the flattened gradient a
 * running statistic's slot holds its update, not a gradient.
 */
package io.bnzoo.samediff;
