package io.bnzoo.experiment;

import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.train.Sample;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * A published accuracy on the test set that our mean is away from by more than {@link #TOLERANCE},
 * and what our own trials tell about the reason.
 *
 * @param size what goes with the reason, in accuracy; 0 where nothing does
 */
public record Discrepancy(Experiment.Published published, Spread ours, Reason reason, double size) {

  /** Two runs of a good setting hardly ever differ by more. */
  public static final double TOLERANCE = 0.02;

  /** What can be known from the trials, the first that holds. */
  public enum Reason {
    /** The published network ended up with one answer for all images, or ours did, not both. */
    COLLAPSE,
    /** The published figure lies among ours, which differ as much from each other. */
    SEEDS,
    /** Our accuracy was still rising when training stopped; size is the rise. */
    RISING,
    /** Our accuracy was still going up and down when training stopped; size is how far. */
    BOUNCING,
    /** Nothing of these. */
    UNKNOWN
  }

  /** Of a training, its end: what is looked at to see whether it has settled. */
  private static final double TAIL = 0.1;

  /** Less than this in the tail is neither a rise nor a bounce. */
  private static final double SETTLED = 0.01;

  /** The discrepancy of a variant from one of its published runs, if there is one. */
  public static Optional<Discrepancy> of(
      ExperimentResult.OfVariant variant, Experiment.Published published) {
    if (published.test().isEmpty() || variant.test().isEmpty()) {
      return Optional.empty();
    }
    double accuracy = published.test().getAsDouble();
    Spread ours = variant.test().orElseThrow();
    if (Math.abs(ours.mean() - accuracy) <= TOLERANCE) {
      return Optional.empty();
    }
    List<Finished> trials = variant.trials();
    double rise = trials.stream().mapToDouble(Discrepancy::rise).average().orElse(0);
    double bounce = trials.stream().mapToDouble(Discrepancy::bounce).max().orElse(0);
    if (trials.stream().anyMatch(trial -> trial.learnt() == published.always().isPresent())) {
      return Optional.of(new Discrepancy(published, ours, Reason.COLLAPSE, 0));
    }
    if (ours.contains(accuracy)) {
      return Optional.of(new Discrepancy(published, ours, Reason.SEEDS, ours.max() - ours.min()));
    }
    if (rise > SETTLED) {
      return Optional.of(new Discrepancy(published, ours, Reason.RISING, rise));
    }
    return Optional.of(
        bounce > SETTLED
            ? new Discrepancy(published, ours, Reason.BOUNCING, bounce)
            : new Discrepancy(published, ours, Reason.UNKNOWN, 0));
  }

  /** What the second half of the tail has gained on the first, on average. */
  private static double rise(Finished trial) {
    List<Sample> tail = tail(trial);
    int middle = tail.size() / 2;
    return mean(tail.subList(middle, tail.size())) - mean(tail.subList(0, middle));
  }

  private static double mean(List<Sample> samples) {
    return accuracies(samples).average().orElse(0);
  }

  private static double bounce(Finished trial) {
    List<Sample> tail = tail(trial);
    return accuracies(tail).max().orElse(0) - accuracies(tail).min().orElse(0);
  }

  private static DoubleStream accuracies(List<Sample> samples) {
    return samples.stream().mapToDouble(Sample::accuracy);
  }

  private static List<Sample> tail(Finished trial) {
    List<Sample> curve = trial.curve();
    int length = Math.min(curve.size(), Math.max(2, (int) Math.round(curve.size() * TAIL)));
    return curve.subList(curve.size() - length, curve.size());
  }
}
