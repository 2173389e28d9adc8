package io.bnzoo.experiment;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.bnzoo.zoo.InitialWeights;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Reading;
import io.bnzoo.zoo.TrainingPlan;
import io.bnzoo.zoo.Zoo;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.nd4j.linalg.activations.Activation;

/**
 * One experiment of the sources: networks that differ in their variant alone, how they are trained,
 * and what was published about them.
 *
 * @param id its name on the command line
 * @param title its settings in words
 * @param source where it comes from
 * @param model the id of its networks' zoo entry
 * @param reading in which order recurrent networks are shown an image
 * @param labels of its variants, in the order in which they are shown
 * @param activation of the hidden layers
 * @param learningRate of the entry's updater
 * @param initialWeights of every variant
 * @param plan at full length; its data seed gives way to the trial's. Training batches are not
 *     measured: the sources' curves do not show them
 * @param rerunOf the experiment that this one repeats with other weights and batches
 * @param inferenceTrap whether single images are also predicted with their own statistics
 * @param minutes what one seed of all variants takes oneDNN's engine on one core, roughly
 * @param published what the source says came out
 * @param publishedCurve what it says came out on the way, in order
 */
public record Experiment(
    String id,
    String title,
    String source,
    String model,
    Optional<Reading> reading,
    @JsonProperty("variants") List<String> labels,
    Activation activation,
    double learningRate,
    InitialWeights initialWeights,
    TrainingPlan plan,
    Optional<String> rerunOf,
    boolean inferenceTrap,
    double minutes,
    List<Published> published,
    Optional<List<PublishedPoint>> publishedCurve) {

  /** Between the seeds of an experiment and those of the experiment it repeats. */
  private static final long RERUN_SEED_OFFSET = 1000;

  /** Of an experiment that is run with all others. */
  private static final double MOST_MINUTES = 10;

  /**
   * One published run of one variant; accuracies are shares in [0, 1].
   *
   * @param variant its label
   * @param validation accuracy on the validation set after training
   * @param test accuracy on the test set
   * @param always the digit that every test image was taken for, where the accuracy is just the
   *     share of one digit in the test set
   * @param singles accuracy on the first test images, one at a time
   * @param testByBatchStatistics accuracy on the test set as one batch, by its own statistics
   * @param singlesByBatchStatistics accuracy on the first test images, each by its own statistics
   * @param batchesPerSecond on its author's machine, measurements included
   */
  public record Published(
      String variant,
      OptionalDouble validation,
      OptionalDouble test,
      OptionalInt always,
      OptionalDouble singles,
      OptionalDouble testByBatchStatistics,
      OptionalDouble singlesByBatchStatistics,
      OptionalDouble batchesPerSecond) {

    /** Whether its accuracy on the test set is known, and is that of a network that has learnt. */
    public boolean learnt() {
      return test.isPresent() && test.getAsDouble() >= ExperimentResult.LEARNT;
    }
  }

  /**
   * One point of a published curve of one variant.
   *
   * @param variant its label
   * @param batches trained until then
   * @param validation accuracy on the validation set
   * @param loss on the validation set
   */
  public record PublishedPoint(
      String variant, int batches, OptionalDouble validation, OptionalDouble loss) {}

  public Experiment {
    labels = List.copyOf(labels);
    published = List.copyOf(published);
    publishedCurve = publishedCurve.map(List::copyOf);
  }

  /** The zoo entry of its networks. */
  public Zoo.Entry entry() {
    return Zoo.find(model).orElseThrow();
  }

  /** In the order in which they are shown. */
  public List<Normalization> variants() {
    return labels.stream().map(label -> Variants.find(label).orElseThrow()).toList();
  }

  /** Its networks at one scale, of one seed after the other. */
  public List<Trial> trials(List<Long> seeds, Scale scale) {
    return seeds.stream()
        .flatMap(seed -> variants().stream().map(variant -> trial(variant, seed, scale)))
        .toList();
  }

  private Trial trial(Normalization variant, long seed, Scale scale) {
    return new Trial(this, variant, rerunOf.isPresent() ? seed + RERUN_SEED_OFFSET : seed, scale);
  }

  /** Whether it takes so long that it is run by its name only. */
  public boolean takesLong() {
    return minutes > MOST_MINUTES;
  }

  /** The published points of one variant's curve, in order. */
  public List<PublishedPoint> publishedCurve(Normalization variant) {
    return publishedCurve.stream()
        .flatMap(List::stream)
        .filter(point -> point.variant().equals(variant.label()))
        .toList();
  }

  /** What was published about one variant. */
  public List<Published> published(Normalization variant) {
    return published.stream().filter(run -> run.variant().equals(variant.label())).toList();
  }
}
