package io.bnzoo.report;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import io.bnzoo.data.Digits;
import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.ExperimentResult.OfVariant;
import io.bnzoo.experiment.InferenceTrap;
import io.bnzoo.experiment.Scale;
import io.bnzoo.experiment.Spread;
import io.bnzoo.spec.InitialWeights;
import io.bnzoo.spec.TrainingPlan;
import io.bnzoo.train.Sample;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.nd4j.linalg.activations.Activation;

/**
 * What {@code lesson.json} holds: the figures of every finished trial of a sweep, and what they add
 * up to.
 *
 * @param format of this document; it changes whenever a name in it does
 * @param command the last one that added to the folder
 * @param scale the share of the batches that was trained
 * @param comparable whether figures can be held against the published ones: full length on MNIST
 * @param luck where the published runs were lucky or unlucky, in sentences
 */
public record LessonReport(
    int format,
    String command,
    double scale,
    boolean comparable,
    Digits.Origin data,
    Provenance provenance,
    List<Part> experiments,
    List<String> luck) {

  static final int FORMAT = 1;

  /**
   * One experiment.
   *
   * @param plan as it was trained, of any seed
   * @param remarks what its tables do not tell
   */
  public record Part(
      String id,
      String title,
      String source,
      String model,
      Activation activation,
      double learningRate,
      InitialWeights initialWeights,
      TrainingPlan plan,
      Optional<String> rerunOf,
      List<Row> variants,
      List<String> remarks,
      @JsonIgnore ExperimentResult result) {}

  /**
   * One variant.
   *
   * @param inside whether the published accuracy on the test set lies between our smallest and our
   *     largest; none where there is nothing to compare or only one trial
   * @param difference our mean less the published accuracy on the test set
   * @param batchesToGoal over the trials that reached an accuracy of 0.9
   */
  public record Row(
      String label,
      List<Experiment.Published> published,
      Optional<Spread> validation,
      Optional<Spread> test,
      Optional<Spread> singles,
      Optional<Boolean> inside,
      OptionalDouble difference,
      Optional<Spread> batchesToGoal,
      Optional<Spread> batchesPerSecond,
      List<Run> trials) {}

  /**
   * One trial.
   *
   * @param outcome how it ended, in words
   * @param curve accuracies on the validation set
   */
  public record Run(
      long seed,
      String outcome,
      OptionalDouble validation,
      OptionalDouble test,
      OptionalDouble singles,
      OptionalInt batchesToGoal,
      double batchesPerSecond,
      double seconds,
      List<Point> curve,
      Optional<InferenceTrap> inferenceTrap) {}

  /** One point of a learning curve; in JSON [batches, accuracy]. */
  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  public record Point(int batches, double accuracy) {}

  /** The report on finished trials. */
  public static LessonReport of(
      List<ExperimentResult> results,
      String command,
      Scale scale,
      Digits.Origin data,
      Provenance provenance) {
    boolean comparable = scale.isFull() && data.kind() == Digits.Kind.MNIST;
    LessonRemarks remarks = new LessonRemarks(comparable);
    return new LessonReport(
        FORMAT,
        command,
        scale.share(),
        comparable,
        data,
        provenance,
        results.stream().map(result -> part(result, comparable, remarks)).toList(),
        remarks.luck(results));
  }

  /** A row for each network, narrow enough for a terminal. */
  public String overview() {
    return TextTable.plain(new LessonTables(this).overview(), 2);
  }

  /** What came out of the inference trap, if these experiments are among them, for a terminal. */
  public String traps(Collection<String> ids) {
    return experiments.stream()
        .filter(part -> ids.contains(part.id()))
        .flatMap(part -> part.variants().stream())
        .flatMap(row -> row.trials().stream())
        .flatMap(run -> run.inferenceTrap().stream().map(trap -> LessonText.trap(run.seed(), trap)))
        .collect(Collectors.joining("\n"));
  }

  /** What is to be known before the figures are read. */
  public List<String> notes() {
    return LessonText.notes(this);
  }

  private static Part part(ExperimentResult result, boolean comparable, LessonRemarks remarks) {
    Experiment experiment = result.experiment();
    return new Part(
        experiment.id(),
        experiment.title(),
        experiment.source(),
        experiment.entry().id(),
        experiment.activation(),
        experiment.learningRate(),
        experiment.initialWeights(),
        result.trials().get(0).trial().plan(),
        experiment.rerunOf(),
        result.variants().stream().map(variant -> row(variant, comparable)).toList(),
        remarks.of(result),
        result);
  }

  private static Row row(OfVariant variant, boolean comparable) {
    Optional<Spread> test = variant.test();
    OptionalDouble published =
        comparable ? variant.publishedTests().findFirst() : OptionalDouble.empty();
    boolean both = published.isPresent() && test.isPresent();
    return new Row(
        variant.variant().label(),
        variant.published(),
        variant.validation(),
        test,
        variant.singles(),
        both && test.orElseThrow().count() > 1
            ? Optional.of(test.orElseThrow().contains(published.getAsDouble()))
            : Optional.empty(),
        both
            ? OptionalDouble.of(test.orElseThrow().mean() - published.getAsDouble())
            : OptionalDouble.empty(),
        variant.batchesToGoal(),
        variant.batchesPerSecond(),
        variant.trials().stream().map(LessonReport::run).toList());
  }

  private static Run run(Finished finished) {
    return new Run(
        finished.trial().seed(),
        LessonRemarks.outcome(finished),
        finished.figure(finals -> finals.validation().accuracy()),
        finished.figure(finals -> finals.test().accuracy()),
        finished.figure(finals -> finals.singleAccuracy()),
        finished.batchesToGoal(),
        finished.batchesPerSecond(),
        finished.result().training().totalSeconds(),
        finished.curve().stream().map(LessonReport::point).toList(),
        finished.result().inferenceTrap());
  }

  private static Point point(Sample sample) {
    return new Point(sample.batch() + 1, sample.accuracy());
  }
}
