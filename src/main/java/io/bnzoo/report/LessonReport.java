package io.bnzoo.report;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.ExperimentResult.OfVariant;
import io.bnzoo.experiment.InferenceTrap;
import io.bnzoo.experiment.Scale;
import io.bnzoo.experiment.Spread;
import io.bnzoo.zoo.TrainingPlan;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * What {@code lesson.json} holds: the figures of every finished trial of a sweep, and what they add
 * up to.
 *
 * @param format of this document; it changes whenever a name in it does
 * @param commands that trained what is reported
 * @param scale the share of the batches that was trained
 * @param provenances of the software and machines that trained it
 * @param comparable whether figures can be compared with the published ones: full length on MNIST
 * @param luck where the published runs were lucky or unlucky, in sentences
 */
public record LessonReport(
    int format,
    List<String> commands,
    double scale,
    boolean comparable,
    ImageDataset.Origin data,
    List<Provenance> provenances,
    List<ExperimentSection> experiments,
    List<String> luck) {

  static final int FORMAT = 1;

  /**
   * One experiment.
   *
   * @param plan as it was trained, of any seed
   * @param remarks what its tables do not tell
   */
  public record ExperimentSection(
      @JsonUnwrapped
          @JsonIgnoreProperties({"variants", "plan", "inferenceTrap", "minutes", "published"})
          Experiment experiment,
      TrainingPlan plan,
      List<VariantSummary> variants,
      List<String> remarks,
      @JsonIgnore ExperimentResult result) {}

  /**
   * One variant.
   *
   * @param inside whether the published accuracy on the test set lies where one more of our trials
   *     would with a probability of 95 %, see {@link Spread#predicts}; none where there is nothing
   *     to compare, or only one trial
   * @param difference our mean less the published accuracy on the test set; none where neither has
   *     learnt, since such figures are shares of digits
   * @param batchesToGoal over the trials that reached an accuracy of 0.9
   */
  public record VariantSummary(
      String label,
      List<Experiment.Published> published,
      Optional<Spread> validation,
      Optional<Spread> test,
      Optional<Spread> singles,
      Optional<Boolean> inside,
      OptionalDouble difference,
      Optional<Spread> batchesToGoal,
      Optional<Spread> batchesPerSecond,
      List<TrialSummary> trials) {}

  /**
   * One trial.
   *
   * @param outcome how it ended, in words
   * @param learnt whether it recognizes more than a single answer would
   * @param movingAverage accuracy on the test set by the moving averages of the training, where the
   *     statistics were recomputed after it
   * @param curve accuracies on the validation set
   */
  public record TrialSummary(
      long seed,
      String outcome,
      boolean learnt,
      OptionalDouble validation,
      OptionalDouble test,
      OptionalDouble movingAverage,
      OptionalDouble singles,
      OptionalInt batchesToGoal,
      OptionalDouble batchesPerSecond,
      double seconds,
      List<Point> curve,
      Optional<InferenceTrap> inferenceTrap) {}

  /** One point of a learning curve; in JSON [batches, accuracy]. */
  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  public record Point(int batches, double accuracy) {}

  /** The report on finished trials, all of the same scale and digits. */
  public static LessonReport of(
      List<ExperimentResult> results,
      Scale scale,
      ImageDataset.Origin data,
      List<String> commands,
      List<Provenance> provenances) {
    boolean comparable = scale.isFull() && data.kind() == ImageDataset.Kind.MNIST;
    LessonRemarks remarks = new LessonRemarks(results, comparable);
    return new LessonReport(
        FORMAT,
        commands,
        scale.share(),
        comparable,
        data,
        provenances,
        results.stream().map(result -> part(result, comparable, remarks)).toList(),
        remarks.luck());
  }

  /** A row for each network, narrow enough for a terminal. */
  public String overview() {
    return TextTable.plain(new LessonTables(this).overview(), 2);
  }

  /** What came out of the inference trap, if these experiments are among them, for a terminal. */
  public String traps(Collection<String> ids) {
    return experiments.stream()
        .filter(part -> ids.contains(part.experiment().id()))
        .flatMap(part -> part.variants().stream())
        .flatMap(
            row ->
                row.trials().stream()
                    .filter(run -> run.inferenceTrap().isPresent())
                    .map(run -> LessonText.trap(row, run)))
        .collect(Collectors.joining("\n"));
  }

  /** What is to be known before the figures are read. */
  public List<String> notes() {
    return LessonText.notes(this);
  }

  private static ExperimentSection part(
      ExperimentResult result, boolean comparable, LessonRemarks remarks) {
    return new ExperimentSection(
        result.experiment(),
        result.trials().get(0).trial().plan(),
        result.variants().stream().map(variant -> row(variant, comparable)).toList(),
        remarks.of(result),
        result);
  }

  private static VariantSummary row(OfVariant variant, boolean comparable) {
    Optional<Spread> test = variant.test();
    boolean anyLearnt = variant.trials().stream().anyMatch(Finished::learnt);
    Optional<Double> published =
        variant.published().stream()
            .filter(run -> comparable && run.test().isPresent() && (anyLearnt || run.learnt()))
            .map(run -> run.test().getAsDouble())
            .findFirst();
    return new VariantSummary(
        variant.variant().label(),
        variant.published(),
        variant.validation(),
        test,
        variant.singles(),
        published.flatMap(accuracy -> test.flatMap(ours -> ours.predicts(accuracy))),
        published.isPresent() && test.isPresent()
            ? OptionalDouble.of(test.get().mean() - published.get())
            : OptionalDouble.empty(),
        variant.batchesToGoal(),
        variant.batchesPerSecond(),
        variant.trials().stream().map(LessonReport::run).toList());
  }

  private static TrialSummary run(Finished finished) {
    return new TrialSummary(
        finished.trial().seed(),
        LessonRemarks.outcome(finished),
        finished.learnt(),
        finished.figure(finals -> finals.validation().accuracy()),
        finished.figure(finals -> finals.test().accuracy()),
        finished.movingAverage(),
        finished.figure(finals -> finals.singleAccuracy()),
        finished.batchesToGoal(),
        finished.batchesPerSecond(),
        finished.result().training().totalSeconds(),
        finished.curve().entrySet().stream()
            .map(point -> new Point(point.getKey(), point.getValue()))
            .toList(),
        finished.result().inferenceTrap());
  }
}
