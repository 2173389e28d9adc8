/**
 * What a configuration out of a file may make Deeplearning4j do: the bounds of its numbers, and the
 * memory and time that a network of it needs.
 *
 * <p>Open {@link io.bnzoo.limits.ConfigurationLimits} first. Note: a file does not say what images
 * its network takes, so they are guessed from the layers.
 */
package io.bnzoo.limits;
