/**
 * Networks that differ in one thing, trained on the same batches from the same initial weights.
 *
 * <p>Open {@link io.bnzoo.experiment.Comparison} first. The trap: one run of one seed is an
 * anecdote.
 */
package io.bnzoo.experiment;
