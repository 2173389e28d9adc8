package io.bnzoo.experiment;

import io.bnzoo.experiment.ExperimentResult.Finished;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.stat.regression.SimpleRegression;

/**
 * A published accuracy on the test set that our mean is away from by more than {@link #TOLERANCE},
 * and what our own trials tell about the reason.
 *
 * @param size what goes with the reason, in accuracy; 0 where nothing does
 */
public record Discrepancy(Experiment.Published published, Spread ours, Cause reason, double size) {

  /** Two runs of a good setting hardly ever differ by more. */
  public static final double TOLERANCE = 0.02;

  /** What can be known from the trials, the first that holds. */
  public enum Cause {
    /** Neither the published network nor any of ours has learnt. */
    NOTHING_LEARNT,
    /** The published network has learnt and one of ours has not, or the other way round. */
    COLLAPSE,
    /** The published figure lies where one more of our trials well might. */
    SEEDS,
    /** Our accuracy was still rising when training stopped, by as much; size is the rise. */
    RISING,
    /** Our accuracy was still going up and down by as much; size is how far. */
    BOUNCING,
    /** Nothing of these. */
    UNKNOWN
  }

  /** The end of a training, which shows whether it has settled. */
  private static final double TAIL = 0.2;

  /** Fewer measurements in the tail tell nothing. */
  private static final int FEWEST = 5;

  /**
   * The discrepancy of a variant from one of its published runs, if there is one.
   *
   * @param sameSettings the trials of the variant and of its reruns: all that tell how far seeds
   *     spread
   */
  public static Optional<Discrepancy> of(
      ExperimentResult.OfVariant variant,
      Experiment.Published published,
      List<Finished> sameSettings) {
    if (published.test().isEmpty() || variant.test().isEmpty()) {
      return Optional.empty();
    }
    double accuracy = published.test().getAsDouble();
    Spread ours = variant.test().orElseThrow();
    double size = Math.abs(ours.mean() - accuracy);
    if (size <= TOLERANCE) {
      return Optional.empty();
    }
    if (!published.learnt() && variant.trials().stream().noneMatch(Finished::learnt)) {
      return Optional.of(new Discrepancy(published, ours, Cause.NOTHING_LEARNT, 0));
    }
    if (variant.trials().stream().anyMatch(trial -> trial.learnt() != published.learnt())) {
      return Optional.of(new Discrepancy(published, ours, Cause.COLLAPSE, 0));
    }
    Spread seeds = tests(sameSettings).orElse(ours);
    if (seeds.predicts(accuracy).orElse(false)) {
      return Optional.of(new Discrepancy(published, ours, Cause.SEEDS, seeds.max() - seeds.min()));
    }
    List<Tail> tails = variant.trials().stream().flatMap(trial -> Tail.of(trial).stream()).toList();
    double rise = mean(tails, Tail::rise);
    if (rise >= size && rise > 2 * mean(tails, Tail::scatter)) {
      return Optional.of(new Discrepancy(published, ours, Cause.RISING, rise));
    }
    double bounce = mean(tails, Tail::bounce);
    return Optional.of(
        bounce >= size
            ? new Discrepancy(published, ours, Cause.BOUNCING, bounce)
            : new Discrepancy(published, ours, Cause.UNKNOWN, 0));
  }

  private static Optional<Spread> tests(List<Finished> trials) {
    return Spread.of(
        trials.stream()
            .flatMapToDouble(trial -> trial.figure(finals -> finals.test().accuracy()).stream()));
  }

  private static double mean(List<Tail> tails, ToDoubleFunction<Tail> figure) {
    return tails.stream().mapToDouble(figure).average().orElse(0);
  }

  /**
   * The end of a learning curve.
   *
   * @param rise of the line fitted to it, from its first measurement to its last
   * @param scatter of the measurements around that line, as a standard deviation
   * @param bounce from the smallest to the largest
   */
  private record Tail(double rise, double scatter, double bounce) {
    static Optional<Tail> of(Finished trial) {
      List<Double> curve = List.copyOf(trial.curve().values());
      int length = (int) Math.round(curve.size() * TAIL);
      if (length < FEWEST) {
        return Optional.empty();
      }
      List<Double> tail = curve.subList(curve.size() - length, curve.size());
      SimpleRegression line = new SimpleRegression();
      for (int i = 0; i < length; i++) {
        line.addData(i, tail.get(i));
      }
      return Optional.of(
          new Tail(
              line.getSlope() * (length - 1),
              Math.sqrt(line.getMeanSquareError()),
              Collections.max(tail) - Collections.min(tail)));
    }
  }
}
