package io.bnzoo.experiment;

import io.bnzoo.train.Sample;
import io.bnzoo.train.TrainingResult;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.TrainingPlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * The finished trials of one experiment.
 *
 * @param trials of all its variants, by seed
 */
public record ExperimentResult(Experiment experiment, Scale scale, List<Finished> trials) {

  /** The accuracy on the validation set that trials are timed by. */
  public static final double GOAL = 0.9;

  /** From this accuracy on a network has learnt something; a single answer gets at most 0.1135. */
  public static final double LEARNT = 0.15;

  /** A trial with what came out of it. */
  public record Finished(Trial trial, TrialResult result) {
    private TrainingResult training() {
      return result.training();
    }

    /** A figure after training; none of a network that was not measured then. */
    public OptionalDouble figure(ToDoubleFunction<TrainingResult.Finals> figure) {
      return training().finals().stream().mapToDouble(figure).findFirst();
    }

    /** Its accuracy on the test set before its statistics were recomputed, if they were. */
    public OptionalDouble movingAverage() {
      return training()
          .finals()
          .map(TrainingResult.Finals::movingAverageAccuracy)
          .orElse(OptionalDouble.empty());
    }

    /** The accuracy on the validation set at the first measurement after so many batches. */
    public OptionalDouble accuracyAfter(int batches) {
      return curve().tailMap(batches).values().stream().mapToDouble(value -> value).findFirst();
    }

    /**
     * Its accuracies on the validation set, in order, by the number of batches trained until then,
     * from the first measurement to the end of the plan. What diverged stays as it ended.
     */
    public SortedMap<Integer, Double> curve() {
      SortedMap<Integer, Double> curve = training().validation(Sample::accuracy);
      training()
          .finals()
          .map(finals -> finals.validation().accuracy())
          .ifPresent(
              accuracy -> {
                TrainingPlan plan = trial.plan();
                int every = plan.validationEvery();
                // Where it would have been measured, so that it can be averaged with others.
                for (int batch = (training().batches() + every - 1) / every * every + 1;
                    batch < plan.batches();
                    batch += every) {
                  curve.put(batch, accuracy);
                }
                curve.put(plan.batches(), accuracy);
              });
      return curve;
    }

    /** How many batches it had been trained on when it was first seen to reach the goal. */
    public OptionalInt batchesToGoal() {
      return curve().entrySet().stream()
          .filter(point -> point.getValue() >= GOAL)
          .mapToInt(Map.Entry::getKey)
          .findFirst();
    }

    /** Steps a second, measurements not counted; none of a training cut short. */
    public OptionalDouble batchesPerSecond() {
      return training().batches() < trial.plan().batches()
          ? OptionalDouble.empty()
          : OptionalDouble.of(1000 / training().millisecondsPerBatch());
    }

    /** The digit that it takes every test image for, if it does. */
    public OptionalInt always() {
      return training()
          .finals()
          .map(finals -> finals.test().onlyPrediction())
          .orElse(OptionalInt.empty());
    }

    /** Whether it recognizes more than a single answer would. */
    public boolean learnt() {
      return figure(finals -> finals.test().accuracy()).orElse(0) >= LEARNT;
    }
  }

  /** All finished trials of one variant. */
  public record OfVariant(
      Normalization variant, List<Experiment.Published> published, List<Finished> trials) {

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
      return Spread.of(trials.stream().flatMapToDouble(trial -> trial.batchesPerSecond().stream()));
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
