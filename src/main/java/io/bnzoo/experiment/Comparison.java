package io.bnzoo.experiment;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.TrainingData;
import io.bnzoo.engine.EngineFactory;
import io.bnzoo.engine.Threads;
import io.bnzoo.train.TrainedNetwork;
import io.bnzoo.train.Training;
import io.bnzoo.train.TrainingListener;
import io.bnzoo.train.TrainingResult;
import io.bnzoo.zoo.BatchNormModel;
import io.bnzoo.zoo.InitialWeights;
import io.bnzoo.zoo.ModelBuilder;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.TrainingPlan;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * Trains variants of one zoo model side by side: same seed, same initial weights wherever both have
 * them, same batches in the same order.
 *
 * <p>Where the sources let the initial weights depend on the variant, all start as the first does.
 */
public final class Comparison {

  /** Is called as a comparison goes. */
  public interface Listener {

    /** Before a variant is trained; the listener returned is called in its training. */
    TrainingListener starting(NetworkSpec spec, TrainingPlan plan);

    /** After it, once it has been kept. */
    default void finished(VariantResult result) {}

    /** With a line on what is resumed, or cannot be. */
    default void notice(String line) {}
  }

  /**
   * One network's specification, how it was trained, and what came out.
   *
   * @param plan with the data seed that was used
   */
  public record VariantResult(NetworkSpec spec, TrainingPlan plan, TrainingResult result) {
    public String label() {
      return spec.normalization().label();
    }
  }

  /**
   * What came out of all of them.
   *
   * @param model the zoo entry's id
   * @param plan common to all, the data seed aside
   * @param threads that computed
   * @param data what they were trained on
   * @param variants those that were at least begun, in order
   */
  public record Result(
      String model,
      TrainingPlan plan,
      int threads,
      ImageDataset.Origin data,
      List<VariantResult> variants) {
    public Result {
      variants = List.copyOf(variants);
    }
  }

  /** How many networks are trained by one command: days, and few enough to be listed. */
  public static final int MOST_NETWORKS = 10_000;

  private final Zoo.Entry entry;
  private final UnaryOperator<ModelBuilder<?, ?>> settings;
  private final List<Normalization> variants;
  private final List<Long> seeds;
  private final TrainingPlan plan;
  private final InitialWeights initialWeights;
  private final int threads;

  /**
   * A comparison that has not begun.
   *
   * @param settings what is to be changed of the entry's defaults, in all variants alike
   * @param seeds one network of each variant: of the initial weights and of the order of the
   *     batches
   * @param plan its data seed gives way to each of the seeds in turn
   * @throws IllegalArgumentException if a label or seed comes twice or not at all, these are more
   *     than {@link #MOST_NETWORKS}, the model cannot have one of the variants, or batch
   *     normalization is to be trained on batches of one
   */
  public Comparison(
      Zoo.Entry entry,
      UnaryOperator<ModelBuilder<?, ?>> settings,
      List<Normalization> variants,
      List<Long> seeds,
      TrainingPlan plan) {
    this(entry, settings, variants, seeds, plan, OptionalInt.empty());
  }

  private Comparison(
      Zoo.Entry entry,
      UnaryOperator<ModelBuilder<?, ?>> settings,
      List<Normalization> variants,
      List<Long> seeds,
      TrainingPlan plan,
      OptionalInt threads) {
    this.entry = entry;
    this.settings = settings;
    this.variants = List.copyOf(variants);
    this.seeds = List.copyOf(seeds);
    this.plan = plan;
    requireSomeAndDistinct("variants", variants.stream().map(Normalization::label).toList());
    requireSomeAndDistinct("seeds", seeds);
    long networks = (long) variants.size() * seeds.size();
    if (networks > MOST_NETWORKS) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "at most %,d networks are trained by one command, %d variants of %,d seeds are %,d",
              MOST_NETWORKS,
              variants.size(),
              seeds.size(),
              networks));
    }
    BatchNormModel first = builder().normalization(variants.get(0)).build();
    this.initialWeights = first.spec().initialWeights();
    this.variants.forEach(variant -> builder().normalization(variant).build());
    this.threads = threads.orElseGet(Threads::all);
    if (plan.batchSize() < 2 && !this.variants.equals(List.of(Normalization.none()))) {
      throw new IllegalArgumentException(
          "batch normalization needs batches of at least 2, got batchSize " + plan.batchSize());
    }
  }

  private static void requireSomeAndDistinct(String name, List<?> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException(name + " must not be empty");
    }
    if (Set.copyOf(values).size() < values.size()) {
      throw new IllegalArgumentException(name + " must differ from each other, got " + values);
    }
  }

  /** The same, to be computed by that many threads. */
  public Comparison onThreads(int count) {
    return new Comparison(entry, settings, variants, seeds, plan, OptionalInt.of(count));
  }

  /** Without and with batch normalization at the entry's defaults, from seed 1. */
  public static Comparison ofDefaults(Zoo.Entry entry) {
    return new Comparison(
        entry, UnaryOperator.identity(), Variants.pair(entry), List.of(1L), entry.plan());
  }

  /** The same networks for some images: they take their shape and tell their classes apart. */
  public Comparison forImages(TrainingData data) {
    return new Comparison(
        entry,
        builder -> settings.apply(builder).input(data.shape()).classes(data.classes()),
        variants,
        seeds,
        plan,
        OptionalInt.of(threads));
  }

  /**
   * Trains one network after the other, each made for the images, and resumes what the store has.
   *
   * @param engines train the networks
   * @param data gives each network the same batches in the same order
   * @param store of the same comparison on the same data
   * @param stop asked before each step; once it says true, no more is trained
   * @throws IllegalArgumentException if the data is not repeatable
   */
  public Result run(
      TrainingData data,
      EngineFactory engines,
      RunStore store,
      Listener listener,
      BooleanSupplier stop)
      throws IOException {
    if (!data.isRepeatable()) {
      throw new IllegalArgumentException(
          "networks can only be compared on the same batches, but the training iterator gives"
              + " others after a reset: give it a fixed seed");
    }
    List<VariantResult> results = new ArrayList<>();
    for (BatchNormModel model : forImages(data).models()) {
      if (!stop.getAsBoolean()) {
        results.add(train(model, data, engines, store, listener, stop));
      }
    }
    return new Result(entry.id(), plan, threads, data.origin(), results);
  }

  /** Common to all networks, the data seed aside. */
  public TrainingPlan plan() {
    return plan;
  }

  /** How many threads compute. */
  public int threads() {
    return threads;
  }

  /** What is to be trained, in order. */
  public List<NetworkSpec> specifications() {
    return models().stream().map(BatchNormModel::spec).toList();
  }

  private List<BatchNormModel> models() {
    List<BatchNormModel> models = new ArrayList<>();
    for (long seed : seeds) {
      for (Normalization variant : variants) {
        models.add(
            builder().normalization(variant).initialWeights(initialWeights).seed(seed).build());
      }
    }
    return models;
  }

  private ModelBuilder<?, ?> builder() {
    return settings.apply(entry.builder().get());
  }

  private VariantResult train(
      BatchNormModel model,
      TrainingData data,
      EngineFactory engines,
      RunStore store,
      Listener listener,
      BooleanSupplier stop)
      throws IOException {
    NetworkSpec spec = model.spec();
    TrainingPlan seeded = plan.withDataSeed(spec.seed());
    Training training =
        store.withCheckpoints(Training.of(data, seeded).named(name(spec)).engines(engines));
    Optional<TrainingResult> known = store.finished(spec);
    if (known.isPresent()) {
      training.removeCheckpoints(model);
      return new VariantResult(spec, seeded, known.get());
    }
    TrainedNetwork trained =
        training
            .threads(threads)
            .notices(listener::notice)
            .listener(listener.starting(spec, seeded))
            .stopWhen(stop)
            .run(model, network -> store.keep(result(spec, seeded, network), network.network()));
    VariantResult result = result(spec, seeded, trained);
    listener.finished(result);
    return result;
  }

  private static VariantResult result(NetworkSpec spec, TrainingPlan plan, TrainedNetwork trained) {
    return new VariantResult(spec, plan, trained.result());
  }

  /** A name that no other network of a comparison has. */
  public static String name(NetworkSpec spec) {
    return spec.normalization().label() + "-seed-" + spec.seed();
  }
}
