/**
 * The training loop: the next batch, a step, a look at the validation set now and then, and the
 * final figures.
 *
 * <p>Open {@link io.bnzoo.train.TrainingLoop} first. The trap: "batch 100" is measured
 * <em>after</em> the step on batch 100, counted from 0, as the sources do it.
 */
package io.bnzoo.train;
