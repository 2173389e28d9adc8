package io.bnzoo.report;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.train.Outcome;
import io.bnzoo.train.Sample;
import io.bnzoo.train.TrainingResult;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.TrainingPlan;
import java.util.List;
import java.util.Optional;

/**
 * What {@code result.json} holds: every figure of a comparison, and all that is needed to get it
 * again.
 *
 * @param format of this document; it changes whenever a name in it does
 */
public record ResultDocument(
    int format,
    String model,
    ImageDataset.Origin data,
    int threads,
    Provenance provenance,
    List<VariantFigures> variants) {

  static final int FORMAT = 1;

  /** One network. */
  public record VariantFigures(
      String label,
      NetworkSpec specification,
      TrainingPlan plan,
      Outcome outcome,
      String summary,
      int batches,
      double trainingSeconds,
      double totalSeconds,
      double millisecondsPerBatch,
      Optional<TrainingResult.Finals> finals,
      List<Sample> curve) {

    static VariantFigures of(Comparison.VariantResult variant) {
      TrainingResult result = variant.result();
      return new VariantFigures(
          variant.label(),
          variant.spec(),
          variant.plan(),
          result.outcome(),
          result.outcome().description(),
          result.batches(),
          result.trainingSeconds(),
          result.totalSeconds(),
          result.millisecondsPerBatch(),
          result.finals(),
          result.curve());
    }
  }

  /** The document of a comparison, finished or stopped. */
  public static ResultDocument of(Comparison.Result result, Provenance provenance) {
    return new ResultDocument(
        FORMAT,
        result.model(),
        result.data(),
        result.threads(),
        provenance,
        result.variants().stream().map(VariantFigures::of).toList());
  }
}
