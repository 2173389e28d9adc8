package io.bnzoo.report;

import io.bnzoo.experiment.Discrepancy;
import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.ExperimentResult.OfVariant;
import io.bnzoo.experiment.Spread;
import io.bnzoo.spec.Variant;
import io.bnzoo.train.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** What is to be said about the lesson's experiments beside their figures. */
final class LessonRemarks {
  private final boolean comparable;

  /**
   * @param comparable whether the figures can be held against the published ones
   */
  LessonRemarks(boolean comparable) {
    this.comparable = comparable;
  }

  /** How a trial ended: the digit it always predicts, if it does, and why. */
  static String outcome(Finished finished) {
    Outcome outcome = finished.result().training().outcome();
    if (outcome instanceof Outcome.Diverged diverged) {
      return always(finished.always()) + String.format("diverged at batch %d", diverged.batch());
    }
    return finished.always().isPresent()
        ? "always " + finished.always().getAsInt()
        : outcome.description();
  }

  private static String always(OptionalInt digit) {
    return digit.isPresent() ? "always " + digit.getAsInt() + ", " : "";
  }

  /** A published accuracy, or the digit that was always predicted. */
  static String published(Experiment.Published run) {
    if (run.always().isPresent()) {
      return "always " + run.always().getAsInt();
    }
    return run.test().isPresent() ? share(run.test().getAsDouble()) : "";
  }

  /** The remarks on one experiment. */
  List<String> of(ExperimentResult result) {
    List<String> remarks = new ArrayList<>();
    for (OfVariant variant : result.variants()) {
      endings(variant).ifPresent(remarks::add);
      if (comparable) {
        variant.published().stream()
            .flatMap(run -> Discrepancy.of(variant, run).stream())
            .map(discrepancy -> sentence(variant, discrepancy))
            .forEach(remarks::add);
      }
    }
    return remarks;
  }

  /** How the trials of a variant ended that did not end well. */
  private static Optional<String> endings(OfVariant variant) {
    Map<String, Long> endings =
        variant.trials().stream()
            .filter(finished -> !finished.learnt())
            .collect(
                Collectors.groupingBy(
                    finished ->
                        finished.result().training().outcome() instanceof Outcome.Diverged
                            ? "diverge: their loss is no longer a number, and the largest of ten"
                                + " NaNs is taken to be the first, so they always predict 0"
                            : "end up predicting "
                                + finished.always().orElse(0)
                                + " for all images",
                    LinkedHashMap::new,
                    Collectors.counting()));
    if (endings.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        endings.entrySet().stream()
            .map(
                ending ->
                    String.format(
                        "%d of %d %s", ending.getValue(), variant.trials().size(), ending.getKey()))
            .collect(Collectors.joining("; ", variant.variant().label() + ": ", ".")));
  }

  private static String sentence(OfVariant variant, Discrepancy discrepancy) {
    String start =
        String.format(
            Locale.ROOT,
            "%s: our mean %.4f is %.4f %s the published %.4f. ",
            variant.variant().label(),
            discrepancy.ours().mean(),
            Math.abs(discrepancy.ours().mean() - discrepancy.published().test().orElse(0)),
            discrepancy.ours().mean() > discrepancy.published().test().orElse(0)
                ? "above"
                : "below",
            discrepancy.published().test().orElse(0));
    return start + reason(variant, discrepancy);
  }

  private static String reason(OfVariant variant, Discrepancy discrepancy) {
    String size = share(discrepancy.size());
    return switch (discrepancy.reason()) {
      case COLLAPSE ->
          String.format(
              "The published network %s; of ours %d of %d tell digits apart. Whether a network with"
                  + " these settings collapses depends on its weights and the order of its batches.",
              discrepancy.published().always().isPresent()
                  ? "always predicted " + discrepancy.published().always().getAsInt()
                  : "told digits apart",
              variant.trials().stream().filter(Finished::learnt).count(),
              variant.trials().size());
      case SEEDS ->
          "Seeds alone spread our figures over " + size + ", the published one among them.";
      case RISING ->
          "Training ends while the accuracy still rises, by "
              + size
              + " within its last tenth, so a slightly better start shows in full.";
      case BOUNCING ->
          "The accuracy still goes up and down by "
              + size
              + " in the last tenth of the training, so that a single reading is partly luck.";
      case UNKNOWN -> "Nothing in these trials tells why; more seeds might.";
    };
  }

  /** Where the published runs were lucky or unlucky: settings that end now one way, now another. */
  List<String> luck(List<ExperimentResult> results) {
    if (!comparable) {
      return List.of();
    }
    Map<String, List<ExperimentResult>> bySetting =
        results.stream()
            .collect(
                Collectors.groupingBy(
                    result -> result.experiment().rerunOf().orElse(result.experiment().id()),
                    LinkedHashMap::new,
                    Collectors.toList()));
    List<String> sentences = new ArrayList<>();
    for (List<ExperimentResult> same : bySetting.values()) {
      for (Variant variant : same.get(0).experiment().variants()) {
        luck(same, variant).ifPresent(sentences::add);
      }
    }
    return sentences;
  }

  private static Optional<String> luck(List<ExperimentResult> same, Variant variant) {
    List<Finished> trials =
        same.stream()
            .flatMap(result -> result.trials().stream())
            .filter(finished -> finished.trial().variant().equals(variant))
            .toList();
    List<Experiment.Published> published =
        same.stream()
            .flatMap(result -> result.experiment().published(variant).stream())
            .filter(run -> run.test().isPresent())
            .toList();
    if (trials.isEmpty() || published.isEmpty()) {
      return Optional.empty();
    }
    long learnt = trials.stream().filter(Finished::learnt).count();
    long publishedLearnt = published.stream().filter(run -> run.always().isEmpty()).count();
    boolean mixed = learnt > 0 && learnt < trials.size();
    boolean publishedMixed = publishedLearnt > 0 && publishedLearnt < published.size();
    boolean opposite = learnt == 0 ? publishedLearnt > 0 : publishedLearnt == 0;
    if (!mixed && !publishedMixed && !opposite) {
      return Optional.empty();
    }
    String figures =
        Spread.of(
                trials.stream()
                    .flatMapToDouble(
                        trial -> trial.figure(finals -> finals.test().accuracy()).stream()))
            .map(
                spread ->
                    spread.count() == 1
                        ? share(spread.mean())
                        : share(spread.min()) + " to " + share(spread.max()))
            .orElse("-");
    return Optional.of(
        String.format(
            "%s, %s: published %s; here %d of %d learn (%s).",
            same.get(0).experiment().title(),
            variant.label(),
            published.stream().map(LessonRemarks::published).collect(Collectors.joining(" and ")),
            learnt,
            trials.size(),
            figures));
  }

  static String share(double accuracy) {
    return String.format(Locale.ROOT, "%.4f", accuracy);
  }
}
