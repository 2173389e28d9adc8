package io.bnzoo.train;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * What came out of one training.
 *
 * @param outcome how it ended
 * @param curve every measurement, in order
 * @param finals the figures after training; none if it was stopped
 * @param batches steps taken
 * @param trainingSeconds time in steps alone
 * @param totalSeconds time in all, measurements included
 */
public record TrainingResult(
    Outcome outcome,
    List<Sample> curve,
    Optional<Finals> finals,
    int batches,
    double trainingSeconds,
    double totalSeconds) {

  /** More than rounding can do to images on the border of two classes. */
  private static final double ALARMING_DIFFERENCE = 0.05;

  /** Copies the curve. */
  public TrainingResult {
    curve = List.copyOf(curve);
  }

  /**
   * The figures after training, with running statistics. Those of recurrent batch normalization
   * have been recomputed over training images.
   *
   * @param validation of all validation images
   * @param test of all test images
   * @param singleImages how many test images were fed one at a time
   * @param singleAccuracy the share of those recognized
   * @param batchedAccuracy the share of the same images recognized when they are fed together
   * @param movingAverageAccuracy the share of test images recognized before, by the moving averages
   *     of the training; absent where nothing was recomputed
   */
  public record Finals(
      Score validation,
      Score test,
      int singleImages,
      double singleAccuracy,
      double batchedAccuracy,
      OptionalDouble movingAverageAccuracy) {

    /**
     * Whether images are recognized otherwise one at a time than together. With running statistics
     * an image's neighbours do not matter, so inference is broken if they are.
     */
    public boolean singlesDisagree() {
      return Math.abs(batchedAccuracy - singleAccuracy) > ALARMING_DIFFERENCE;
    }
  }

  /** The mean time of one step. */
  public double millisecondsPerBatch() {
    return batches == 0 ? 0 : 1000 * trainingSeconds / batches;
  }

  /** A figure on the validation set by the number of batches trained until then. */
  public SortedMap<Integer, Double> validation(ToDoubleFunction<Sample> figure) {
    SortedMap<Integer, Double> points = new TreeMap<>();
    curve.stream()
        .filter(sample -> sample.split() == Split.VALIDATION)
        .forEach(sample -> points.put(sample.batch() + 1, figure.applyAsDouble(sample)));
    return points;
  }

  /** The same, with the one after training. */
  public SortedMap<Integer, Double> validation(
      ToDoubleFunction<Sample> figure, ToDoubleFunction<Score> finalFigure) {
    SortedMap<Integer, Double> points = validation(figure);
    finals.ifPresent(after -> points.put(batches, finalFigure.applyAsDouble(after.validation())));
    return points;
  }
}
