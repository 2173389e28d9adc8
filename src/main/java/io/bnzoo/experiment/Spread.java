package io.bnzoo.experiment;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;

/**
 * One figure over several seeds.
 *
 * @param count how many there are, at least 1
 * @param standardDeviation of the sample, by n - 1; none of a single value
 */
public record Spread(
    int count, double mean, OptionalDouble standardDeviation, double min, double max) {

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

  /** Whether a value lies between the smallest and the largest of these, both included. */
  public boolean contains(double value) {
    return min <= value && value <= max;
  }
}
