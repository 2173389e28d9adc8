package io.bnzoo.report;

import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.ExperimentResult.OfVariant;
import io.bnzoo.experiment.Spread;
import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.zoo.Normalization.RecurrentBatchNorm;
import io.bnzoo.zoo.Normalization.TimeSteps;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** What is to be said about recurrent batch norm, computed from its results. */
final class RecurrentRemarks {
  /** Of a classifier of ten digits that knows nothing. */
  private static final double LOSS_OF_NOTHING = Math.log(10);

  /** As much of it has gone once something is learnt. */
  private static final double LITTLE = 0.1;

  /** A difference of accuracies that seeds do not make. */
  private static final double MUCH = 0.1;

  private static final double GAMMA_OF_OTHERS = 1;

  private RecurrentRemarks() {}

  static List<String> of(ExperimentResult result) {
    List<String> remarks = new ArrayList<>();
    for (OfVariant variant : result.variants()) {
      recomputed(variant).ifPresent(remarks::add);
      if (variant.variant() instanceof RecurrentBatchNorm kind) {
        shared(result, variant, kind).ifPresent(remarks::add);
        gamma(result, variant, kind).ifPresent(remarks::add);
      }
    }
    return remarks;
  }

  /** What the moving averages were worth. */
  private static Optional<String> recomputed(OfVariant variant) {
    return mean(variant, Finished::movingAverage)
        .map(
            before ->
                String.format(
                    "%s: test accuracy %s by the moving averages of training, %s by statistics"
                        + " recomputed after it.",
                    variant.variant().label(), TextTable.share(before), share(variant.test())));
  }

  private static Optional<String> shared(
      ExperimentResult result, OfVariant variant, RecurrentBatchNorm kind) {
    if (kind.steps() != TimeSteps.SHARED || variant.test().isEmpty()) {
      return Optional.empty();
    }
    double ours = variant.test().get().mean();
    return find(result, kind.withStatistics(TimeSteps.EACH))
        .flatMap(OfVariant::test)
        .map(
            own ->
                String.format(
                    "%s: with statistics of its own for each step a network recognizes %s of the"
                        + " test images, with shared ones %s: %s.",
                    variant.variant().label(),
                    TextTable.share(own.mean()),
                    TextTable.share(ours),
                    verdict(own.mean(), ours)));
  }

  private static String verdict(double own, double shared) {
    if (shared < ExperimentResult.LEARNT) {
      return "shared statistics fail at test";
    }
    return shared < own - MUCH
        ? String.format(Locale.ROOT, "shared statistics lose %.4f at test", own - shared)
        : "here shared statistics do as well";
  }

  private static Optional<String> gamma(
      ExperimentResult result, OfVariant variant, RecurrentBatchNorm kind) {
    RecurrentBatchNorm usual = kind.withInitialGamma(BatchNormLstm.PAPER_GAMMA);
    Optional<OfVariant> other = find(result, usual);
    Optional<Double> ours = mean(variant, RecurrentRemarks::loss);
    if (kind.initialGamma() != GAMMA_OF_OTHERS || other.isEmpty() || ours.isEmpty()) {
      return Optional.empty();
    }
    return mean(other.get(), RecurrentRemarks::loss)
        .map(
            small ->
                String.format(
                    Locale.ROOT,
                    "%s: validation loss %.2f in the end, with gamma %s at the start %.2f; who knows"
                        + " nothing has %.2f.%s %s.",
                    variant.variant().label(),
                    ours.get(),
                    usual.initialGamma(),
                    small,
                    LOSS_OF_NOTHING,
                    published(result, variant, other.get()),
                    ours.get() > LOSS_OF_NOTHING - LITTLE
                        ? "With gamma 1 it learns next to nothing"
                        : "Here it learns with gamma 1, too"));
  }

  private static String published(ExperimentResult result, OfVariant large, OfVariant small) {
    OptionalDouble ofLarge = publishedLoss(result, large);
    OptionalDouble ofSmall = publishedLoss(result, small);
    return ofLarge.isPresent() && ofSmall.isPresent()
        ? String.format(
            Locale.ROOT, " Published: %.2f and %.2f.", ofLarge.getAsDouble(), ofSmall.getAsDouble())
        : "";
  }

  /** After as many batches as ours were trained on. */
  private static OptionalDouble publishedLoss(ExperimentResult result, OfVariant variant) {
    int batches = variant.trials().get(0).trial().plan().batches();
    return result.experiment().publishedCurve(variant.variant()).stream()
        .filter(point -> point.batches() == batches)
        .map(Experiment.PublishedPoint::loss)
        .findFirst()
        .orElse(OptionalDouble.empty());
  }

  private static OptionalDouble loss(Finished finished) {
    return finished.figure(finals -> finals.validation().loss());
  }

  private static Optional<OfVariant> find(ExperimentResult result, RecurrentBatchNorm kind) {
    return result.variants().stream().filter(one -> one.variant().equals(kind)).findFirst();
  }

  private interface Figure {
    OptionalDouble of(Finished finished);
  }

  private static Optional<Double> mean(OfVariant variant, Figure figure) {
    return Spread.of(variant.trials().stream().flatMapToDouble(one -> figure.of(one).stream()))
        .map(Spread::mean);
  }

  private static String share(Optional<Spread> spread) {
    return spread.map(figures -> TextTable.share(figures.mean())).orElse("-");
  }
}
