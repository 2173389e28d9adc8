/**
 * The training loop: the next batch, a step, a look at the validation set now and then, and the
 * final figures; the evaluation of a saved model; and a look inside a network as it trains.
 *
 * <p>Open {@link io.bnzoo.train.Training} first, {@link io.bnzoo.train.ModelEvaluation} for a saved
 * model, {@link io.bnzoo.train.Probe} for what happens inside. The loss of an evaluation is the
 * model's own, so two models are comparable in it only if their output layers are alike. Note:
 * "batch 100" is measured <em>after</em> the step on batch 100, counted from 0, as the sources do
 * it.
 */
package io.bnzoo.train;
