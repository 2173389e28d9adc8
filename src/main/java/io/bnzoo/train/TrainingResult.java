package io.bnzoo.train;

import java.util.List;
import java.util.Optional;

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

  /** Far enough from the test accuracy that the population statistics must be wrong. */
  private static final double ALARMING_DIFFERENCE = 0.1;

  public TrainingResult {
    curve = List.copyOf(curve);
  }

  /**
   * The figures after training, with population statistics.
   *
   * @param singleImages how many test images were fed one at a time
   * @param singleAccuracy the share of those recognized
   */
  public record Finals(Score validation, Score test, int singleImages, double singleAccuracy) {

    /** Whether images fed one at a time do so much worse that inference must be broken. */
    public boolean singlesDisagree() {
      return Math.abs(test.accuracy() - singleAccuracy) > ALARMING_DIFFERENCE;
    }
  }

  /** The mean time of one step. */
  public double millisecondsPerBatch() {
    return batches == 0 ? 0 : 1000 * trainingSeconds / batches;
  }
}
