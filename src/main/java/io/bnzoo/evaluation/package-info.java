/**
 * A saved model and a set of images turned into figures.
 *
 * <p>Open {@link io.bnzoo.evaluation.ModelEvaluation}. The trap: the loss is the model's own, so
 * two models are comparable in their loss only if their output layers are alike.
 */
package io.bnzoo.evaluation;
