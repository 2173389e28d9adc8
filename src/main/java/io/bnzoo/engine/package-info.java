/**
 * One training step and one prediction, whoever does the arithmetic.
 *
 * <p>Open {@link io.bnzoo.engine.Engine} first. Note: {@code step} returns the loss <em>before</em>
 * its update, in training mode, as Deeplearning4j clips it; figures for people come from {@code
 * logits} and {@code loss}.
 */
package io.bnzoo.engine;
