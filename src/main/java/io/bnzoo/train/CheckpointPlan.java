package io.bnzoo.train;

import java.time.Duration;
import java.util.Optional;

/**
 * When checkpoints are written.
 *
 * @param batches after how many steps; none to go by the time alone
 * @param interval after how much time; none to go by the steps alone
 * @param keep how many of the newest stay, at least 1
 */
public record CheckpointPlan(Optional<Integer> batches, Optional<Duration> interval, int keep) {

  /** Once a minute; of the last three, one is intact even if a disk has lost the others. */
  public static final CheckpointPlan STANDARD =
      new CheckpointPlan(Optional.empty(), Optional.of(Duration.ofMinutes(1)), 3);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is below 1, or the interval is no time at all
   */
  public CheckpointPlan {
    if (batches.filter(count -> count < 1).isPresent()) {
      throw new IllegalArgumentException(
          "checkpoints need at least 1 batch between them, got " + batches.get());
    }
    if (interval.filter(time -> time.isNegative() || time.isZero()).isPresent()) {
      throw new IllegalArgumentException(
          "checkpoints need some time between them, got " + interval.get());
    }
    if (keep < 1) {
      throw new IllegalArgumentException("at least 1 checkpoint must be kept, got " + keep);
    }
  }

  boolean isDue(int batchesSince, double secondsSince) {
    return batches.filter(count -> batchesSince >= count).isPresent()
        || interval.filter(time -> secondsSince >= time.toNanos() / 1e9).isPresent();
  }
}
