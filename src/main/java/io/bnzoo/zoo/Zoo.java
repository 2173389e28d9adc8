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
   */
  public record Entry(
      String id, String layers, Supplier<ModelBuilder<?, ?>> builder, TrainingPlan plan) {

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
  }

  private static final List<Entry> ENTRIES =
      List.of(
          new Entry(
              DeepCnn.ID, "19 convolutions, dense 100, dense 10", DeepCnn::builder, DeepCnn.PLAN),
          new Entry(
              ThreeLayerMlp.ID, "784-100-100-100-10", ThreeLayerMlp::builder, ThreeLayerMlp.PLAN),
          new Entry(ImageLstm.ID, "LSTM 100, dense 10", ImageLstm::builder, ImageLstm.PLAN));

  private Zoo() {}

  /** All models, in the order in which they are shown. */
  public static List<Entry> entries() {
    return ENTRIES;
  }

  /** The model of an id. */
  public static Optional<Entry> find(String id) {
    return ENTRIES.stream().filter(entry -> entry.id().equals(id)).findFirst();
  }
}
