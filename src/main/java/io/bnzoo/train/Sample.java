package io.bnzoo.train;

/**
 * One point of a learning curve, measured with running statistics.
 *
 * @param batch the batch after whose step it was measured, from 0
 * @param split what it was measured on
 * @param loss the mean loss, TensorFlow's figure
 * @param accuracy the share of images recognized, in [0, 1]
 */
public record Sample(int batch, Split split, double loss, double accuracy) {}
