package io.bnzoo.experiment;

import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.train.Outcome;
import io.bnzoo.train.Sample;
import io.bnzoo.train.Score;
import io.bnzoo.train.Split;
import io.bnzoo.train.TrainingResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Made-up results of trials, for tests of what is made of them. */
public final class Trials {
  private Trials() {}

  /** A trial that ended with an accuracy; its curve rises to it in the given steps. */
  public static Finished finished(Trial trial, double accuracy, double... curve) {
    return finished(trial, new Outcome.Completed(), accuracy, OptionalInt.empty(), curve);
  }

  /** A trial whose statistics were recomputed in the end. */
  public static Finished recomputed(
      Trial trial, double loss, double accuracy, double before, double... curve) {
    Finished finished = finished(trial, accuracy, curve);
    TrainingResult result = finished.result().training();
    Score score = new Score(loss, accuracy, OptionalInt.empty());
    return new Finished(
        trial,
        new TrialResult(
            new TrainingResult(
                result.outcome(),
                result.curve(),
                Optional.of(
                    new TrainingResult.Finals(
                        score, score, 100, accuracy, accuracy, OptionalDouble.of(before))),
                result.batches(),
                result.trainingSeconds(),
                result.totalSeconds()),
            Optional.empty(),
            List.of()));
  }

  /** A trial that ended always predicting a digit. */
  public static Finished always(Trial trial, int digit, double accuracy) {
    return finished(
        trial, new Outcome.PredictsOneClass(digit), accuracy, OptionalInt.of(digit), accuracy);
  }

  /** A trial whose loss became NaN, so that it always predicts 0. */
  public static Finished diverged(Trial trial, int batch, double accuracy) {
    return finished(trial, new Outcome.Diverged(batch), accuracy, OptionalInt.of(0));
  }

  private static Finished finished(
      Trial trial, Outcome outcome, double accuracy, OptionalInt only, double... curve) {
    double loss = outcome instanceof Outcome.Diverged ? Double.NaN : 0.5;
    int batches =
        outcome instanceof Outcome.Diverged diverged
            ? diverged.batch() + 1
            : trial.plan().batches();
    Score score = new Score(loss, accuracy, only);
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < curve.length; i++) {
      samples.add(new Sample(i * trial.plan().validationEvery(), Split.VALIDATION, loss, curve[i]));
    }
    return new Finished(
        trial,
        new TrialResult(
            new TrainingResult(
                outcome,
                samples,
                Optional.of(
                    new TrainingResult.Finals(
                        score, score, 200, accuracy, accuracy, OptionalDouble.empty())),
                batches,
                batches / 250.0,
                batches / 200.0),
            Optional.empty(),
            List.of()));
  }
}
