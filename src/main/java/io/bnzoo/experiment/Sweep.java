package io.bnzoo.experiment;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineFactory;
import io.bnzoo.files.Reason;
import io.bnzoo.train.Outcome;
import io.bnzoo.train.Probe;
import io.bnzoo.train.Sample;
import io.bnzoo.train.Snapshot;
import io.bnzoo.train.TrainedNetwork;
import io.bnzoo.train.Training;
import io.bnzoo.train.TrainingListener;
import io.bnzoo.train.TrainingResult;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Trains many trials, several at once, each on one thread.
 *
 * <p>Small networks gain nothing from a second thread, so trials side by side are the way to fill a
 * machine. A trial's figures do not depend on what is trained beside it.
 */
public final class Sweep {

  /** What is shown to a network to look inside it. */
  private static final int PROBING_IMAGES = 100;

  /** Where trials that were not stopped are kept; never called from two threads at once. */
  public interface Store {
    void keep(Trial trial, TrialResult result) throws IOException;

    /**
     * The folder where trainings under way keep their state once a minute, to be resumed from
     * there. Those that are looked into start anew.
     */
    default Optional<Path> checkpoints() {
      return Optional.empty();
    }
  }

  /** Is called as a sweep goes, from several threads, but never from two at once. */
  public interface TrialListener {
    /** Does nothing. */
    TrialListener NONE = new TrialListener() {};

    /** Every now and then: the share of the work that is done, in [0, 1], by expected time. */
    default void advanced(double share) {}

    /** With a line on what is resumed, or cannot be. */
    default void notice(String line) {}

    /** After a trial that was not stopped, once it has been kept. */
    default void finished(Trial trial, TrialResult result) {}
  }

  /** Whether networks are looked into as they train. */
  public enum Diagnostics {
    OFF,
    ON
  }

  private final ImageDataset digits;
  private final EngineFactory engines;
  private final Diagnostics diagnostics;
  private final int atOnce;

  /**
   * A sweep that has not begun.
   *
   * @param engines train the networks
   * @param atOnce how many trials to train side by side, at least 1
   */
  public Sweep(ImageDataset digits, EngineFactory engines, Diagnostics diagnostics, int atOnce) {
    if (atOnce < 1) {
      throw new IllegalArgumentException("atOnce must be at least 1, got " + atOnce);
    }
    this.digits = digits;
    this.engines = engines;
    this.diagnostics = diagnostics;
    this.atOnce = atOnce;
  }

  /**
   * Trains, the longest first, so that no core is idle at the end.
   *
   * @param stop asked before each step; once it says true, trials under way end unfinished and no
   *     more are begun
   * @throws IOException if the store could not keep a result; nothing more is trained then
   */
  public void run(List<Trial> trials, Store store, TrialListener listener, BooleanSupplier stop)
      throws IOException {
    SweepProgress progress = new SweepProgress(trials, store, listener);
    List<Trial> longestFirst =
        trials.stream()
            .sorted(Comparator.comparingDouble(Trial::expectedSeconds).reversed())
            .toList();
    ExecutorService threads = Executors.newFixedThreadPool(atOnce);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (Trial trial : longestFirst) {
        futures.add(threads.submit(() -> train(trial, progress, stop)));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException lost) {
        throw lost;
      }
      throw new IllegalStateException(Reason.of(e.getCause()), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the sweep was interrupted");
    } finally {
      progress.over = true;
      awaitEnd(threads);
    }
  }

  /** Trials under way stop before their next step. */
  private static void awaitEnd(ExecutorService threads) {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("a trial did not stop within a minute");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Void train(Trial trial, SweepProgress progress, BooleanSupplier stop) throws IOException {
    BooleanSupplier stopped = () -> stop.getAsBoolean() || progress.over;
    if (stopped.getAsBoolean()) {
      return null;
    }
    try {
      Training training =
          Training.of(digits, trial.plan()).engines(engines).threads(1).stopWhen(stopped);
      if (diagnostics == Diagnostics.ON) {
        lookInto(trial, training, progress);
      } else {
        Optional<Path> folder = progress.store.checkpoints();
        folder
            .map(training::checkpoints)
            .orElse(training)
            .notices(progress::notice)
            .listener(listener(trial, progress, batch -> {}))
            .run(trial.model(), trained -> finish(trial, trained, progress));
      }
    } catch (IOException e) {
      progress.over = true;
      throw e;
    } catch (RuntimeException e) {
      progress.over = true;
      throw new IllegalStateException(trial.name() + " failed", e);
    }
    return null;
  }

  /** With looks into the network, which no checkpoint has. */
  private void lookInto(Trial trial, Training training, SweepProgress progress) throws IOException {
    try (Engine engine = engines.open(trial.model().init(), digits.shape(), 1)) {
      Probe probe = new Probe(engine, digits.validation().slice(0, PROBING_IMAGES));
      List<Snapshot> snapshots = new ArrayList<>();
      TrainingListener looking =
          listener(trial, progress, batch -> snapshots.add(probe.snapshot(batch)));
      TrainingResult result = training.listener(looking).runOn(engine);
      finish(trial, result, Optional.of(engine), snapshots, progress);
    }
  }

  private void finish(Trial trial, TrainedNetwork trained, SweepProgress progress)
      throws IOException {
    if (!trial.experiment().inferenceTrap()) {
      finish(trial, trained.result(), Optional.empty(), List.of(), progress);
      return;
    }
    try (Engine engine = engines.open(trained.network(), digits.shape(), 1)) {
      finish(trial, trained.result(), Optional.of(engine), List.of(), progress);
    }
  }

  /**
   * Keeps the result, unless the training was stopped.
   *
   * @param engine there if the experiment asks for the inference trap
   */
  private void finish(
      Trial trial,
      TrainingResult result,
      Optional<Engine> engine,
      List<Snapshot> snapshots,
      SweepProgress progress)
      throws IOException {
    if (!(result.outcome() instanceof Outcome.Stopped)) {
      Optional<InferenceTrap> trap =
          engine
              .filter(any -> trial.experiment().inferenceTrap())
              .map(of -> InferenceTrap.of(of, digits.test(), trial.plan().singleImages()));
      progress.finished(trial, new TrialResult(result, trap, snapshots));
    }
  }

  private static TrainingListener listener(
      Trial trial, SweepProgress progress, IntConsumer measured) {
    return new TrainingListener() {
      private int seen;

      @Override
      public void stepped(int done, int total) {
        progress.stepped(trial, done - seen, total);
        seen = done; // More than one further where the training was resumed.
      }

      @Override
      public void measured(Sample sample) {
        measured.accept(sample.batch());
      }
    };
  }

  /** Adds up what all threads have done. */
  private static final class SweepProgress {
    /** Of a whole; drawing more often would cost more than it shows. */
    private static final double SMALLEST_ADVANCE = 1e-4;

    private final Store store;
    private final TrialListener listener;
    private final double expectedSeconds;

    /** Set when one trial has failed, so that no other goes on. */
    private volatile boolean over;

    private double doneSeconds;
    private double shown;

    SweepProgress(List<Trial> trials, Store store, TrialListener listener) {
      this.store = store;
      this.listener = listener;
      this.expectedSeconds = trials.stream().mapToDouble(Trial::expectedSeconds).sum();
    }

    synchronized void stepped(Trial trial, int steps, int total) {
      advance(steps * trial.expectedSeconds() / total);
    }

    synchronized void notice(String line) {
      listener.notice(line);
    }

    synchronized void finished(Trial trial, TrialResult result) throws IOException {
      double left = 1 - (double) steps(result) / trial.plan().batches();
      advance(left * trial.expectedSeconds());
      store.keep(trial, result);
      listener.finished(trial, result);
    }

    /** How many steps have been counted; the one whose loss was not finite has not. */
    private static int steps(TrialResult result) {
      int batches = result.training().batches();
      return result.training().outcome() instanceof Outcome.Diverged diverged
          ? diverged.batch()
          : batches;
    }

    private void advance(double seconds) {
      doneSeconds += seconds;
      double share = doneSeconds / expectedSeconds;
      if (share - shown >= SMALLEST_ADVANCE) {
        shown = share;
        listener.advanced(Math.min(1, share));
      }
    }
  }
}
