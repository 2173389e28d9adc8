package io.bnzoo.train;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.engine.EngineFactory;
import io.bnzoo.engine.Threads;
import io.bnzoo.zoo.BatchNormModel;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.TrainingPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * Trains networks on images by a plan: {@code Training.of(images, plan).run(model)}.
 *
 * <p>With {@link #checkpoints} a training that was interrupted, whatever stopped it, is resumed by
 * running it again; its result is the same as if nothing had happened. Each setting returns a new
 * object, so that one training may be the start of several.
 */
public final class Training {
  private final ImageDataset images;
  private final TrainingPlan plan;
  private final EngineFactory engines;
  private final OptionalInt threads;
  private final Optional<Path> folder;
  private final CheckpointPlan checkpointPlan;
  private final TrainingListener listener;
  private final Consumer<String> notices;
  private final BooleanSupplier stop;

  private Training(
      ImageDataset images,
      TrainingPlan plan,
      EngineFactory engines,
      OptionalInt threads,
      Optional<Path> folder,
      CheckpointPlan checkpointPlan,
      TrainingListener listener,
      Consumer<String> notices,
      BooleanSupplier stop) {
    this.images = given("images", images);
    this.plan = given("plan", plan);
    this.engines = given("engines", engines);
    this.threads = threads;
    this.folder = folder;
    this.checkpointPlan = given("checkpointPlan", checkpointPlan);
    this.listener = given("listener", listener);
    this.notices = given("notices", notices);
    this.stop = given("stop", stop);
  }

  private static <T> T given(String name, T value) {
    if (value == null) {
      throw new IllegalArgumentException(name + " must be given, got null");
    }
    return value;
  }

  /** A training on the fast engine where it can run the network, keeping nothing. */
  public static Training of(ImageDataset images, TrainingPlan plan) {
    return new Training(
        images,
        plan,
        EngineChoice.AUTO,
        OptionalInt.empty(),
        Optional.empty(),
        CheckpointPlan.STANDARD,
        TrainingListener.NONE,
        notice -> {},
        () -> false);
  }

  /** The same with other engines, such as {@link EngineChoice#DL4J}. */
  public Training engines(EngineFactory choice) {
    return new Training(
        images, plan, choice, threads, folder, checkpointPlan, listener, notices, stop);
  }

  /**
   * The same on so many threads.
   *
   * @param count at least 1; by default one for each processor where there are convolutions, else
   *     one, since dense layers of a few hundred units have no use for more
   */
  public Training threads(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("threads must be at least 1, got " + count);
    }
    return new Training(
        images,
        plan,
        engines,
        OptionalInt.of(count),
        folder,
        checkpointPlan,
        listener,
        notices,
        stop);
  }

  /** The same, keeping its state in a folder once a minute, and resuming from there. */
  public Training checkpoints(Path place) {
    return checkpoints(place, CheckpointPlan.STANDARD);
  }

  /** The same, keeping its state when the plan says so. */
  public Training checkpoints(Path place, CheckpointPlan when) {
    return new Training(
        images,
        plan,
        engines,
        threads,
        Optional.of(given("folder", place)),
        when,
        listener,
        notices,
        stop);
  }

  /** The same with a listener. */
  public Training listener(TrainingListener choice) {
    return new Training(
        images, plan, engines, threads, folder, checkpointPlan, choice, notices, stop);
  }

  /** The same, with lines on what was resumed, and which damaged checkpoint was passed over. */
  public Training notices(Consumer<String> lines) {
    return new Training(
        images, plan, engines, threads, folder, checkpointPlan, listener, lines, stop);
  }

  /** The same, asking before each step; once the answer is true, it ends with what it has. */
  public Training stopWhen(BooleanSupplier question) {
    return new Training(
        images, plan, engines, threads, folder, checkpointPlan, listener, notices, question);
  }

  /**
   * Trains a fresh network of a model, or resumes its training.
   *
   * <p>The last checkpoint is that of the finished network, so that running the same again trains
   * nothing and gives the same figures; remove the folder to begin anew. Trainings of other models,
   * plans or images may keep their checkpoints in the same folder.
   *
   * @throws IllegalArgumentException if the images have another shape than the model takes, or
   *     other classes than it has outputs; nothing has been trained then
   * @throws IOException if a checkpoint cannot be written; those before it are intact
   */
  public TrainedNetwork run(BatchNormModel model) throws IOException {
    Optional<Checkpoints> checkpoints =
        folder.map(
            place ->
                new Checkpoints(
                    place,
                    name(model.spec()),
                    model.spec(),
                    images.origin().sha256(),
                    plan,
                    checkpointPlan));
    return run(model, checkpoints);
  }

  private TrainedNetwork run(BatchNormModel model, Optional<Checkpoints> checkpoints)
      throws IOException {
    Optional<Checkpoints.Checkpoint> newest =
        checkpoints.isPresent() ? checkpoints.get().newest(notices) : Optional.empty();
    MultiLayerNetwork network = newest.map(Checkpoints.Checkpoint::network).orElseGet(model::init);
    TrainingProgress progress =
        newest.map(Checkpoints.Checkpoint::progress).orElse(TrainingProgress.NONE);
    if (progress.batches() > 0) {
      notices.accept(
          String.format(
              Locale.ROOT, "%s resumes after batch %,d", name(model.spec()), progress.batches()));
    }
    TrainedNetwork trained = run(network, progress, checkpoints);
    TrainingResult result = trained.result();
    boolean finished =
        result.outcome() instanceof Outcome.Completed
            || result.outcome() instanceof Outcome.PredictsOneClass;
    if (checkpoints.isPresent() && finished && result.batches() > progress.batches()) {
      checkpoints
          .get()
          .write(
              trained.network(),
              new TrainingProgress(
                  result.batches(),
                  result.curve(),
                  result.trainingSeconds(),
                  result.totalSeconds()));
    }
    return trained;
  }

  /**
   * Trains a network of one's own, from its present state on, which it has the result of
   * afterwards.
   *
   * @throws IllegalStateException if there are to be checkpoints, which have no way to tell one
   *     such network from another
   * @throws IllegalArgumentException if the images have another shape than the network takes, or
   *     other classes than it has outputs, or no engine can run it; nothing has been trained then
   */
  public TrainedNetwork run(MultiLayerNetwork network) {
    if (folder.isPresent()) {
      throw new IllegalStateException(
          "checkpoints are for the zoo's models: train this network without, and save it with"
              + " ModelFiles.save");
    }
    try {
      return run(network, TrainingProgress.NONE, Optional.empty());
    } catch (IOException e) {
      throw new AssertionError("nothing is written", e);
    }
  }

  private TrainedNetwork run(
      MultiLayerNetwork network, TrainingProgress progress, Optional<Checkpoints> checkpoints)
      throws IOException {
    int count = threads.orElseGet(() -> Threads.usefulFor(network.getLayerWiseConfigurations()));
    try (Engine engine = engines.open(network, images.shape(), count)) {
      TrainingResult result =
          new TrainingLoop(images, plan).run(engine, progress, checkpoints, listener, stop);
      return new TrainedNetwork(engine.snapshot(), result);
    }
  }

  /** In words, then by all that decides the training's figures. */
  private String name(NetworkSpec spec) {
    return spec.model()
        + "-"
        + spec.normalization().label()
        + "-seed-"
        + spec.seed()
        + "-"
        + Checkpoints.checksum(spec, plan, images.origin().sha256());
  }
}
