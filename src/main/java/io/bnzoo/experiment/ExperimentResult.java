package io.bnzoo.experiment;

import io.bnzoo.spec.Variant;
import io.bnzoo.train.Outcome;
import io.bnzoo.train.Sample;
import io.bnzoo.train.Split;
import io.bnzoo.train.TrainingResult;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * The finished trials of one experiment.
 *
 * @param trials of all its variants, by seed
 */
public record ExperimentResult(Experiment experiment, Scale scale, List<Finished> trials) {

  /** What counts as having learnt. */
  public static final double GOAL = 0.9;

  /** A trial with what came out of it. */
  public record Finished(Trial trial, TrialResult result) {
    private TrainingResult training() {
      return result.training();
    }

    /** A figure after training; none of a network that was not measured then. */
    public OptionalDouble figure(ToDoubleFunction<TrainingResult.Finals> figure) {
      return training().finals().stream().mapToDouble(figure).findFirst();
    }

    /** Its measurements on the validation set, in order. */
    public List<Sample> curve() {
      return training().curve().stream()
          .filter(sample -> sample.split() == Split.VALIDATION)
          .toList();
    }

    /** How many batches it had been trained on when it was first seen to reach the goal. */
    public OptionalInt batchesToGoal() {
      return curve().stream()
          .filter(sample -> sample.accuracy() >= GOAL)
          .mapToInt(sample -> sample.batch() + 1)
          .findFirst();
    }

    /** Steps a second, measurements not counted. */
    public double batchesPerSecond() {
      return 1000 / training().millisecondsPerBatch();
    }

    /** The digit that it takes every test image for, if it does. */
    public OptionalInt always() {
      return training()
          .finals()
          .map(finals -> finals.test().onlyPrediction())
          .orElse(OptionalInt.empty());
    }

    /** Whether it ended as a network that tells digits apart. */
    public boolean learnt() {
      return training().outcome() instanceof Outcome.Trained;
    }
  }

  /** All finished trials of one variant. */
  public record OfVariant(
      Variant variant, List<Experiment.Published> published, List<Finished> trials) {

    public OfVariant {
      published = List.copyOf(published);
      trials = List.copyOf(trials);
    }

    public Optional<Spread> test() {
      return spread(finals -> finals.test().accuracy());
    }

    public Optional<Spread> validation() {
      return spread(finals -> finals.validation().accuracy());
    }

    public Optional<Spread> singles() {
      return spread(TrainingResult.Finals::singleAccuracy);
    }

    /** Over those trials that reached the goal. */
    public Optional<Spread> batchesToGoal() {
      return Spread.of(
          trials.stream().flatMapToInt(trial -> trial.batchesToGoal().stream()).asDoubleStream());
    }

    public Optional<Spread> batchesPerSecond() {
      return Spread.of(trials.stream().mapToDouble(Finished::batchesPerSecond));
    }

    /** The published accuracies on the test set. */
    public DoubleStream publishedTests() {
      return published.stream().flatMapToDouble(run -> run.test().stream());
    }

    private Optional<Spread> spread(ToDoubleFunction<TrainingResult.Finals> figure) {
      return Spread.of(trials.stream().flatMapToDouble(trial -> trial.figure(figure).stream()));
    }
  }

  public ExperimentResult {
    trials = List.copyOf(trials);
  }

  /** The trials by variant, in the experiment's order; variants with none are left out. */
  public List<OfVariant> variants() {
    return experiment.variants().stream()
        .map(
            variant ->
                new OfVariant(
                    variant,
                    experiment.published(variant),
                    trials.stream()
                        .filter(finished -> finished.trial().variant().equals(variant))
                        .toList()))
        .filter(result -> !result.trials().isEmpty())
        .toList();
  }
}
