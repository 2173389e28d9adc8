package io.bnzoo.train;

import io.bnzoo.data.TrainingData;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.engine.EngineFactory;
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
  private final TrainingData images;
  private final TrainingPlan plan;
  private EngineFactory engines = EngineChoice.AUTO;
  private OptionalInt threads = OptionalInt.empty();
  private Optional<Path> folder = Optional.empty();
  private CheckpointPlan checkpointPlan = CheckpointPlan.STANDARD;
  private Optional<String> name = Optional.empty();
  private TrainingListener listener = TrainingListener.NONE;
  private Consumer<String> notices = notice -> {};
  private BooleanSupplier stop = () -> false;

  private Training(TrainingData images, TrainingPlan plan) {
    this.images = given("images", images);
    this.plan = given("plan", plan);
  }

  private static <T> T given(String name, T value) {
    if (value == null) {
      throw new IllegalArgumentException(name + " must be given, got null");
    }
    return value;
  }

  /** A training on the fast engine where it can run the network, keeping nothing. */
  public static Training of(TrainingData images, TrainingPlan plan) {
    return new Training(images, plan);
  }

  /** A copy that has been changed before anybody else sees it. */
  private Training with(Consumer<Training> change) {
    Training copy = new Training(images, plan);
    copy.engines = engines;
    copy.threads = threads;
    copy.folder = folder;
    copy.checkpointPlan = checkpointPlan;
    copy.name = name;
    copy.listener = listener;
    copy.notices = notices;
    copy.stop = stop;
    change.accept(copy);
    return copy;
  }

  /** The same with other engines, such as {@link EngineChoice#DL4J}. */
  public Training engines(EngineFactory choice) {
    return with(copy -> copy.engines = given("engines", choice));
  }

  /**
   * The same on at most so many threads. Steps of dense layers of a few hundred units have no use
   * for more than one, predictions of hundreds of images do.
   *
   * @param count at least 1; by default one for each processor
   */
  public Training threads(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("threads must be at least 1, got " + count);
    }
    return with(copy -> copy.threads = OptionalInt.of(count));
  }

  /** The same, keeping its state in a folder once a minute, and resuming from there. */
  public Training checkpoints(Path place) {
    return checkpoints(place, CheckpointPlan.STANDARD);
  }

  /** The same, keeping its state when the plan says so. */
  public Training checkpoints(Path place, CheckpointPlan when) {
    return with(
        copy -> {
          copy.folder = Optional.of(given("folder", place));
          copy.checkpointPlan = given("checkpointPlan", when);
        });
  }

  /**
   * The same under a name, in notices and in the names of checkpoints.
   *
   * @param choice that no other training in the folder of checkpoints has; by default the model,
   *     its normalization, its seed, and eight digits that stand for all that decides the figures
   */
  public Training named(String choice) {
    return with(copy -> copy.name = Optional.of(given("name", choice)));
  }

  /** The same with a listener. */
  public Training listener(TrainingListener choice) {
    return with(copy -> copy.listener = given("listener", choice));
  }

  /** The same, with lines on what was resumed, and which damaged checkpoint was passed over. */
  public Training notices(Consumer<String> lines) {
    return with(copy -> copy.notices = given("notices", lines));
  }

  /** The same, asking before each step; once the answer is true, it ends with what it has. */
  public Training stopWhen(BooleanSupplier question) {
    return with(copy -> copy.stop = given("stop", question));
  }

  /** Keeps a network that has been trained; its checkpoints go once this has returned. */
  @FunctionalInterface
  public interface Keeper {
    /**
     * Keeps it, such as in a file.
     *
     * @param trained to its end or until it was stopped
     */
    void keep(TrainedNetwork trained) throws IOException;
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
   * @throws IllegalStateException if there are to be checkpoints and the images are not repeatable
   * @throws IOException if a checkpoint cannot be written; those before it are intact
   */
  public TrainedNetwork run(BatchNormModel model) throws IOException {
    Optional<Checkpoints> checkpoints = checkpoints(model.spec());
    return run(model, checkpoints, trained -> keepLast(trained, checkpoints));
  }

  /** With what a training that is over begins when it is run again. */
  private static void keepLast(TrainedNetwork trained, Optional<Checkpoints> checkpoints)
      throws IOException {
    TrainingResult result = trained.result();
    boolean finished =
        result.outcome() instanceof Outcome.Completed
            || result.outcome() instanceof Outcome.PredictsOneClass;
    if (checkpoints.isPresent() && finished) {
      checkpoints.get().write(trained.network(), TrainingProgress.of(result));
    }
  }

  /**
   * The same, after which the network is another's to keep: no checkpoint stays unless the training
   * was stopped.
   *
   * @throws IllegalArgumentException likewise
   * @throws IOException if a checkpoint cannot be written or removed, or the network not be kept;
   *     the last checkpoint is intact then
   */
  public TrainedNetwork run(BatchNormModel model, Keeper keeper) throws IOException {
    TrainedNetwork trained = run(model, checkpoints(model.spec()), keeper);
    if (!(trained.result().outcome() instanceof Outcome.Stopped)) {
      removeCheckpoints(model);
    }
    return trained;
  }

  /** Removes the checkpoints of a training that will not be resumed. */
  public void removeCheckpoints(BatchNormModel model) throws IOException {
    Optional<Checkpoints> checkpoints = checkpoints(model.spec());
    if (checkpoints.isPresent()) {
      checkpoints.get().remove();
    }
  }

  private Optional<Checkpoints> checkpoints(NetworkSpec spec) {
    if (folder.isPresent() && !images.isRepeatable()) {
      throw new IllegalStateException(
          "the training iterator gives other batches after a reset, so that no training on it can"
              + " be resumed: give it a fixed seed, or keep no checkpoints");
    }
    String data = images.origin().sha256();
    return folder.map(
        place -> new Checkpoints(place, name(spec), spec, data, plan, checkpointPlan));
  }

  private TrainedNetwork run(BatchNormModel model, Optional<Checkpoints> checkpoints, Keeper keeper)
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
    return run(network, progress, checkpoints, keeper);
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
    requireNoCheckpoints();
    try {
      return run(network, TrainingProgress.NONE, Optional.empty(), trained -> {});
    } catch (IOException e) {
      throw new AssertionError("nothing is written", e);
    }
  }

  /**
   * Trains the network of an engine, which stays open and the caller's; threads are the engine's.
   *
   * @throws IllegalStateException likewise
   * @throws IllegalArgumentException likewise
   */
  public TrainingResult runOn(Engine engine) {
    requireNoCheckpoints();
    Schedules.requireSteps(engine.snapshot().getLayerWiseConfigurations());
    try {
      return run(engine, TrainingProgress.NONE, Optional.empty());
    } catch (IOException e) {
      throw new AssertionError("nothing is written", e);
    }
  }

  private void requireNoCheckpoints() {
    if (folder.isPresent()) {
      throw new IllegalStateException(
          "checkpoints are for the zoo's models: train this network without, and save it with"
              + " ModelFiles.save");
    }
  }

  private TrainedNetwork run(
      MultiLayerNetwork network,
      TrainingProgress progress,
      Optional<Checkpoints> checkpoints,
      Keeper keeper)
      throws IOException {
    Schedules.requireSteps(network.getLayerWiseConfigurations());
    int count = threads.orElseGet(() -> Runtime.getRuntime().availableProcessors());
    try (Engine engine = engines.open(network, images.shape(), count)) {
      TrainingResult result = run(engine, progress, checkpoints);
      TrainedNetwork trained = new TrainedNetwork(engine.snapshot(), result);
      keeper.keep(trained);
      return trained;
    }
  }

  private TrainingResult run(
      Engine engine, TrainingProgress progress, Optional<Checkpoints> checkpoints)
      throws IOException {
    if (!images.isRepeatable()) {
      notices.accept(
          "the training iterator gives other batches after each reset: this training cannot be"
              + " repeated");
    }
    return new TrainingLoop(images, plan).run(engine, progress, checkpoints, listener, stop);
  }

  private String name(NetworkSpec spec) {
    return name.orElseGet(
        () ->
            String.format(
                Locale.ROOT,
                "%s-%s-seed-%d-%s",
                spec.model(),
                spec.normalization().label(),
                spec.seed(),
                Checkpoints.checksum(spec, plan, images.origin().sha256())));
  }
}
