/**
 * SameDiff graphs as layers of a Deeplearning4j network: their parameters, their derivative and how
 * they are run.
 *
 * <p>Open {@link io.bnzoo.samediff.ChannelwiseLayer} first. Note: what stands in a running
 * statistic's place of the flattened gradient is no gradient but its next step.
 */
package io.bnzoo.samediff;
