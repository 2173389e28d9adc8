/**
 * Networks that differ in one thing, trained on the same batches from the same initial weights: a
 * comparison of one's own, or an experiment of the sources.
 *
 * <p>Open {@link io.bnzoo.experiment.Comparison} first, then {@link io.bnzoo.experiment.Lesson},
 * the catalogue, and {@link io.bnzoo.experiment.Sweep}, which trains many of its trials at once.
 * Note: one run of one seed is an anecdote.
 */
package io.bnzoo.experiment;
