package io.bnzoo.report;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.train.Outcome;
import io.bnzoo.train.Sample;
import io.bnzoo.train.Score;
import io.bnzoo.train.Split;
import io.bnzoo.train.TrainingResult;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.TrainingPlan;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Made-up results for tests of what is made of them. */
public final class Results {
  public static final TrainingPlan PLAN = DeepCnn.PLAN;
  static final ImageDataset.Origin MNIST =
      new ImageDataset.Origin(ImageDataset.Kind.MNIST, "MNIST", "ab12");

  private Results() {}

  public static Comparison.Result pair() {
    return of(MNIST, plain(1), batchNorm(1, 0.9687));
  }

  static Comparison.Result of(ImageDataset.Origin data, Comparison.VariantResult... variants) {
    return new Comparison.Result(DeepCnn.ID, PLAN, 2, data, List.of(variants));
  }

  public static Comparison.VariantResult plain(long seed) {
    return variant(
        Normalization.none(),
        seed,
        new Outcome.PredictsOneClass(8),
        Optional.of(finals(0.0924, 0.0974, 0.0774)));
  }

  static Comparison.VariantResult batchNorm(long seed, double test) {
    return variant(
        Normalization.batchNorm(),
        seed,
        new Outcome.Completed(),
        Optional.of(finals(0.9732, test, test)));
  }

  static Comparison.VariantResult variant(
      Normalization normalization,
      long seed,
      Outcome outcome,
      Optional<TrainingResult.Finals> finals) {
    boolean learns = outcome instanceof Outcome.Completed;
    List<Sample> curve =
        List.of(
            new Sample(0, Split.VALIDATION, 0.69, 0.1),
            new Sample(25, Split.TRAINING, 0.5, 0.1),
            new Sample(100, Split.VALIDATION, learns ? 0.3 : 0.33, learns ? 0.5 : 0.1),
            new Sample(200, Split.VALIDATION, learns ? 0.1 : 0.33, learns ? 0.9 : 0.1));
    return new Comparison.VariantResult(
        DeepCnn.builder().normalization(normalization).seed(seed).build().spec(),
        PLAN.withDataSeed(seed),
        new TrainingResult(outcome, curve, finals, 800, 40, 50));
  }

  static TrainingResult.Finals finals(double validation, double test, double singles) {
    return new TrainingResult.Finals(
        new Score(0.1, validation, OptionalInt.empty()),
        new Score(0.1, test, OptionalInt.empty()),
        100,
        singles,
        test,
        OptionalDouble.empty());
  }
}
