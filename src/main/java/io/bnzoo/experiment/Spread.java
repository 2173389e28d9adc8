package io.bnzoo.experiment;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;

/**
 * One figure over several seeds.
 *
 * @param count how many there are, at least 1
 * @param standardDeviation of the sample, by n - 1; none of a single value
 */
public record Spread(
    int count, double mean, OptionalDouble standardDeviation, double min, double max) {

  /** Leaves 2.5 % above it, and as much below its negative. */
  private static final double UPPER_TAIL = 0.975;

  /** The spread of the values; none of none. */
  public static Optional<Spread> of(DoubleStream values) {
    SummaryStatistics statistics = new SummaryStatistics();
    values.forEach(statistics::addValue);
    int count = (int) statistics.getN();
    if (count == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Spread(
            count,
            statistics.getMean(),
            count == 1
                ? OptionalDouble.empty()
                : OptionalDouble.of(statistics.getStandardDeviation()),
            statistics.getMin(),
            statistics.getMax()));
  }

  /**
   * Whether a value lies where one more of the same kind would with 95 % probability: within {@code
   * mean ± t * s * sqrt(1 + 1/n)} with Student's t of n - 1 degrees of freedom. It takes the values
   * to be normally distributed. Of a single value nothing can be said.
   */
  public Optional<Boolean> predicts(double value) {
    if (standardDeviation.isEmpty()) {
      return Optional.empty();
    }
    double t = new TDistribution(count - 1.0).inverseCumulativeProbability(UPPER_TAIL);
    double reach = t * standardDeviation.getAsDouble() * Math.sqrt(1 + 1.0 / count);
    return Optional.of(Math.abs(value - mean) <= reach);
  }
}
