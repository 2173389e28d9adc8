package io.bnzoo.train;

import io.bnzoo.data.BatchSource;
import io.bnzoo.data.ImageBatch;
import io.bnzoo.data.TrainingData;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.Statistics;
import io.bnzoo.layer.RecurrentStatistics;
import io.bnzoo.zoo.TrainingPlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Trains a network by a plan, and looks at it as the sources do.
 *
 * <p>After every {@code validationEvery}-th batch it measures the validation set, after every other
 * {@code trainingEvery}-th one the batch itself, both with running statistics; in the end the
 * validation set, the test set, and the first test images one at a time. The same images, plan and
 * initial network give the same figures.
 *
 * <p>The running statistics of recurrent batch normalization are recomputed for it, over the first
 * training images: for a measurement on the validation set and then put back, so that measuring
 * changes nothing; in the end for good. Its training batches are measured by their own statistics.
 */
final class TrainingLoop {
  /** How many training images statistics are recomputed over in the end, or all trained on. */
  static final int FINAL_IMAGES = 10_000;

  /** Likewise for a measurement. */
  static final int MEASURED_IMAGES = 2_000;

  private final TrainingData data;
  private final TrainingPlan plan;

  TrainingLoop(TrainingData data, TrainingPlan plan) {
    this.data = data;
    this.plan = plan;
  }

  /**
   * Trains on, with the same result as if the training had never been interrupted.
   *
   * @param engine its network is in the state that it had then
   * @param progress how far it had come
   * @param checkpoints written now and then, and when the training is stopped
   * @param stop asked before each step; once it says true, the training ends with what it has
   * @throws IOException if a checkpoint cannot be written; those before it are intact
   */
  TrainingResult run(
      Engine engine,
      TrainingProgress progress,
      Optional<Checkpoints> checkpoints,
      TrainingListener listener,
      BooleanSupplier stop)
      throws IOException {
    listener.started();
    try {
      return new Run(engine, progress, checkpoints, listener).train(stop);
    } finally {
      listener.ended();
    }
  }

  /** One training under way. */
  private final class Run {
    private final Engine engine;
    private final Optional<Checkpoints> checkpoints;
    private final Evaluator evaluator;
    private final boolean recurrent;
    private final Evaluator trainingEvaluator;
    private final List<ImageBatch> measuredBatches = new ArrayList<>();
    private final TrainingListener listener;
    private final List<Sample> curve;
    private final double earlierSeconds;
    private final long start = System.nanoTime();
    private double stepSeconds;
    private OptionalDouble movingAverageAccuracy;
    private int steps;
    private int kept;
    private long keptAt = start;

    Run(
        Engine engine,
        TrainingProgress progress,
        Optional<Checkpoints> checkpoints,
        TrainingListener listener) {
      this.engine = engine;
      this.checkpoints = checkpoints;
      this.evaluator = new Evaluator(engine, Statistics.RUNNING);
      this.recurrent = RecurrentStatistics.areIn(engine.snapshot());
      this.trainingEvaluator = recurrent ? new Evaluator(engine, Statistics.BATCH) : this.evaluator;
      this.movingAverageAccuracy = progress.movingAverageAccuracy();
      this.listener = listener;
      this.curve = new ArrayList<>(progress.curve());
      this.earlierSeconds = progress.totalSeconds();
      this.stepSeconds = progress.trainingSeconds();
      this.steps = progress.batches();
      this.kept = steps;
    }

    TrainingResult train(BooleanSupplier stop) throws IOException {
      if (recurrent && steps < plan.batches()) {
        // Before the training's own stream is opened, since an iterator has but one.
        firstBatches(MEASURED_IMAGES).forEach(measuredBatches::add);
      }
      BatchSource stream = data.batches(plan.batchSize(), plan.dataSeed());
      stream.skip(steps);
      while (steps < plan.batches()) {
        if (stop.getAsBoolean()) {
          keep();
          return result(new Outcome.Stopped(steps), Optional.empty());
        }
        ImageBatch batch = stream.next();
        double loss = step(batch);
        // A step's loss is that before its update; what the update did shows in the next figure.
        if (!Double.isFinite(loss) || !measure(steps - 1, batch)) {
          return result(new Outcome.Diverged(steps - 1), Optional.of(finals()));
        }
        listener.stepped(steps, plan.batches());
        keepIfDue();
      }
      TrainingResult.Finals finals = finals();
      return result(outcome(finals.test()), Optional.of(finals));
    }

    private void keepIfDue() throws IOException {
      double since = (System.nanoTime() - keptAt) / 1e9;
      if (checkpoints.isPresent() && checkpoints.get().isDue(steps - kept, since)) {
        keep();
      }
    }

    private void keep() throws IOException {
      if (checkpoints.isPresent() && steps > kept) {
        checkpoints
            .get()
            .write(
                engine.snapshot(),
                new TrainingProgress(
                    steps, curve, stepSeconds, totalSeconds(), movingAverageAccuracy));
        kept = steps;
        keptAt = System.nanoTime();
      }
    }

    private double totalSeconds() {
      return earlierSeconds + (System.nanoTime() - start) / 1e9;
    }

    private Outcome outcome(Score test) {
      if (!Double.isFinite(test.loss())) {
        return new Outcome.Diverged(steps - 1);
      }
      return test.onlyPrediction().isPresent()
          ? new Outcome.PredictsOneClass(test.onlyPrediction().getAsInt())
          : new Outcome.Completed();
    }

    private double step(ImageBatch batch) {
      long before = System.nanoTime();
      double loss = engine.step(batch);
      stepSeconds += (System.nanoTime() - before) / 1e9;
      steps++;
      return loss;
    }

    /** Evaluates when due; returns false if the loss is NaN or infinite. */
    private boolean measure(int batchNumber, ImageBatch batch) {
      if (batchNumber % plan.validationEvery() == 0) {
        return record(batchNumber, Split.VALIDATION, validationScore());
      }
      if (batchNumber % plan.trainingEvery() == 0) {
        return record(batchNumber, Split.TRAINING, trainingEvaluator.score(batch));
      }
      return true;
    }

    private Score validationScore() {
      if (!recurrent) {
        return evaluator.score(data.validation());
      }
      return RecomputedStatistics.during(
          engine, measuredBatches, () -> evaluator.score(data.validation()));
    }

    /** The batches that the training begins with. */
    private Stream<ImageBatch> firstBatches(int images) {
      int size = plan.batchSize();
      BatchSource stream = data.batches(size, plan.dataSeed());
      int batches = Math.min(plan.batches(), (images + size - 1) / size);
      return Stream.generate(stream::next).limit(batches);
    }

    private boolean record(int batchNumber, Split split, Score score) {
      Sample sample = new Sample(batchNumber, split, score.loss(), score.accuracy());
      curve.add(sample);
      listener.measured(sample);
      return Double.isFinite(score.loss());
    }

    private TrainingResult.Finals finals() {
      listener.evaluating();
      if (recurrent) {
        if (movingAverageAccuracy.isEmpty()) {
          movingAverageAccuracy = OptionalDouble.of(evaluator.score(data.test()).accuracy());
        }
        engine.recomputeStatistics(() -> firstBatches(FINAL_IMAGES).iterator());
      }
      ImageBatch firstImages = data.test().first(plan.singleImages());
      return new TrainingResult.Finals(
          evaluator.score(data.validation()),
          evaluator.score(data.test()),
          firstImages.size(),
          evaluator.oneAtATime(firstImages).accuracy(),
          evaluator.score(firstImages).accuracy(),
          movingAverageAccuracy);
    }

    private TrainingResult result(Outcome outcome, Optional<TrainingResult.Finals> finals) {
      return new TrainingResult(outcome, curve, finals, steps, stepSeconds, totalSeconds());
    }
  }
}
