package io.bnzoo.train;

import java.util.OptionalInt;

/**
 * How a network does on a set of images.
 *
 * @param loss the mean loss
 * @param accuracy the share of images recognized, in [0, 1]
 * @param onlyPrediction the class that every image was taken for, if it was always the same
 */
public record Score(double loss, double accuracy, OptionalInt onlyPrediction) {}
