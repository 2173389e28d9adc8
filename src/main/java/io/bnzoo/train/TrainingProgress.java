package io.bnzoo.train;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How far a training has come: with the network in its state, its plan and the images, all that is
 * needed to resume as if nothing had happened. The order of the batches follows from the plan's
 * data seed and the number of steps.
 *
 * @param batches steps taken
 * @param curve every measurement so far, in order
 * @param trainingSeconds time in steps alone
 * @param totalSeconds time in all, measurements included
 * @param movingAverageAccuracy what {@link TrainingResult.Finals} has of it; from then on the
 *     moving averages are gone
 */
record TrainingProgress(
    int batches,
    List<Sample> curve,
    double trainingSeconds,
    double totalSeconds,
    OptionalDouble movingAverageAccuracy) {

  /** Before the first step. */
  static final TrainingProgress NONE =
      new TrainingProgress(0, List.of(), 0, 0, OptionalDouble.empty());

  /** At the end of a training. */
  static TrainingProgress of(TrainingResult result) {
    return new TrainingProgress(
        result.batches(),
        result.curve(),
        result.trainingSeconds(),
        result.totalSeconds(),
        result
            .finals()
            .map(TrainingResult.Finals::movingAverageAccuracy)
            .orElse(OptionalDouble.empty()));
  }

  public TrainingProgress {
    curve = List.copyOf(curve);
  }
}
