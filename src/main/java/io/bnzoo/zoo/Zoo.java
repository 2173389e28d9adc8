package io.bnzoo.zoo;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** The registry of the models. */
public final class Zoo {

  /**
   * One model of the zoo.
   *
   * @param id its name on the command line
   * @param layers in words
   * @param builder a builder set as its source has it
   * @param plan how its source trains it
   * @param usefulThreads beyond this many threads it trains slower, as measured on two cores
   */
  public record Entry(
      String id,
      String layers,
      Supplier<ModelBuilder<? extends BatchNormModel>> builder,
      TrainingPlan plan,
      int usefulThreads) {

    /** Its layers and how it is trained, in a line. */
    public String description() {
      NetworkSpec spec = builder.get().build().spec();
      return String.format(
          Locale.ROOT,
          "%s; %s, %s %s, batches of %d",
          layers,
          NetworkSpec.label(spec.activation()),
          spec.updaterLabel(),
          spec.learningRate().orElseThrow(),
          plan.batchSize());
    }

    /** How many of this machine's cores to train it with. */
    public int threads() {
      return Math.min(usefulThreads, Runtime.getRuntime().availableProcessors());
    }

    /** The same model, to be trained with at most that many threads. */
    public Entry withThreads(int threads) {
      return new Entry(id, layers, builder, plan, threads);
    }
  }

  private static final List<Entry> ENTRIES =
      List.of(
          new Entry(
              DeepCnn.ID,
              "19 convolutions, dense 100, dense 10",
              DeepCnn::builder,
              new TrainingPlan(800, 64, 100, 25, 100, 1),
              Integer.MAX_VALUE),
          new Entry(
              ThreeLayerMlp.ID,
              "784-100-100-100-10",
              ThreeLayerMlp::builder,
              new TrainingPlan(2000, 60, 100, 25, 200, 1),
              1));

  private Zoo() {}

  public static List<Entry> entries() {
    return ENTRIES;
  }

  public static Optional<Entry> find(String id) {
    return ENTRIES.stream().filter(entry -> entry.id().equals(id)).findFirst();
  }
}
