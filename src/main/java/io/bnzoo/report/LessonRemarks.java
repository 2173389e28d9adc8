package io.bnzoo.report;

import io.bnzoo.experiment.Discrepancy;
import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.ExperimentResult.OfVariant;
import io.bnzoo.experiment.Spread;
import io.bnzoo.experiment.Trial;
import io.bnzoo.train.Outcome;
import io.bnzoo.zoo.Normalization;
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
  private final List<ExperimentResult> results;
  private final boolean comparable;

  /**
   * @param results all that are reported
   * @param comparable whether their figures can be compared with the published ones
   */
  LessonRemarks(List<ExperimentResult> results, boolean comparable) {
    this.results = results;
    this.comparable = comparable;
  }

  /** How a trial ended: the digit it always predicts, if it does, and why. */
  static String outcome(Finished finished) {
    Outcome outcome = finished.result().training().outcome();
    if (outcome instanceof Outcome.Diverged diverged) {
      return always(finished.always())
          + String.format(Locale.ROOT, "diverged at batch %d", diverged.batch());
    }
    return finished.always().isPresent()
        ? "always " + finished.always().getAsInt()
        : outcome.description();
  }

  private static String always(OptionalInt digit) {
    return digit.isPresent() ? "always " + digit.getAsInt() + ", " : "";
  }

  /** A published accuracy, and the digit that was always predicted. */
  static String published(Experiment.Published run) {
    String accuracy = run.test().isPresent() ? TextTable.share(run.test().getAsDouble()) : "";
    return run.always().isPresent()
        ? accuracy + " (always " + run.always().getAsInt() + ")"
        : accuracy;
  }

  /** The remarks on one experiment. */
  List<String> of(ExperimentResult result) {
    List<String> remarks = new ArrayList<>(RecurrentRemarks.of(result));
    for (OfVariant variant : result.variants()) {
      twin(result, variant).ifPresent(remarks::add);
      endings(variant).ifPresent(remarks::add);
      if (comparable) {
        variant.published().stream()
            .flatMap(run -> Discrepancy.of(variant, run, sameSettings(result, variant)).stream())
            .map(discrepancy -> sentence(variant, discrepancy))
            .forEach(remarks::add);
      }
    }
    return remarks;
  }

  /** The trials of a variant in an experiment, in the one it repeats and in that one's reruns. */
  private List<Finished> sameSettings(ExperimentResult result, OfVariant variant) {
    return results.stream()
        .filter(other -> setting(other).equals(setting(result)))
        .flatMap(other -> other.trials().stream())
        .filter(finished -> finished.trial().variant().equals(variant.variant()))
        .toList();
  }

  /** The same for an experiment and its reruns. */
  private static String setting(ExperimentResult result) {
    return result.experiment().rerunOf().orElse(result.experiment().id());
  }

  /** That the same networks stand in an experiment before, too, and are no further evidence. */
  private Optional<String> twin(ExperimentResult result, OfVariant variant) {
    Trial trial = variant.trials().get(0).trial();
    return results.stream()
        .takeWhile(other -> !other.experiment().equals(result.experiment()))
        .filter(
            other ->
                other.trials().stream()
                    .map(Finished::trial)
                    .anyMatch(
                        twin ->
                            twin.spec().equals(trial.spec()) && twin.plan().equals(trial.plan())))
        .map(
            other ->
                String.format(
                    "%s: the same networks as in %s, seed by seed.",
                    variant.variant().label(), other.experiment().id()))
        .findFirst();
  }

  /** How the trials of a variant ended that ended with one answer for everything. */
  private static Optional<String> endings(OfVariant variant) {
    Map<String, Long> endings =
        variant.trials().stream()
            .filter(LessonRemarks::endedBadly)
            .collect(
                Collectors.groupingBy(
                    LessonRemarks::ending, LinkedHashMap::new, Collectors.counting()));
    if (endings.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        endings.entrySet().stream()
            .map(
                ending ->
                    String.format(
                        Locale.ROOT,
                        "%d of %d %s",
                        ending.getValue(),
                        variant.trials().size(),
                        ending.getKey()))
            .collect(Collectors.joining("; ", variant.variant().label() + ": ", ".")));
  }

  private static boolean endedBadly(Finished finished) {
    return finished.always().isPresent()
        || finished.result().training().outcome() instanceof Outcome.Diverged;
  }

  private static String ending(Finished finished) {
    boolean diverged = finished.result().training().outcome() instanceof Outcome.Diverged;
    if (finished.always().isEmpty()) {
      return "diverged: the loss was not finite";
    }
    int digit = finished.always().getAsInt();
    if (!diverged) {
      return "ended up predicting " + digit + " for all images";
    }
    return "diverged and then predicted "
        + digit
        + " for all images"
        + (digit == 0 ? ", since the first of ten outputs that are NaN is taken" : "");
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
    String size = TextTable.share(discrepancy.size());
    return switch (discrepancy.reason()) {
      case NOTHING_LEARNT ->
          "Neither learns; what such a network always answers decides the figure.";
      case COLLAPSE ->
          String.format(
              Locale.ROOT,
              "The published network %s; of ours %d of %d learn%s. Whether a network with these"
                  + " settings does depends on its weights and the order of its batches.",
              discrepancy.published().learnt() ? "learns" : "does not learn",
              variant.trials().stream().filter(Finished::learnt).count(),
              variant.trials().size(),
              learners(variant));
      case SEEDS ->
          "Seeds alone spread our figures with these settings over "
              + size
              + "; the published one lies where one more well might.";
      case RISING ->
          "Training ends while the accuracy still rises, by "
              + size
              + " over its last fifth, so a slightly better or worse start shows in full.";
      case BOUNCING ->
          "The accuracy still goes up and down by "
              + size
              + " in the last fifth of the training, so that a single reading is partly luck.";
      case UNKNOWN -> "Nothing in these trials tells why; more seeds might.";
    };
  }

  /** The mean of those that learn, where others do not. */
  private static String learners(OfVariant variant) {
    return Spread.of(
            variant.trials().stream()
                .filter(Finished::learnt)
                .flatMapToDouble(
                    trial -> trial.figure(finals -> finals.test().accuracy()).stream()))
        .filter(spread -> spread.count() < variant.trials().size())
        .map(spread -> " (with a mean of " + TextTable.share(spread.mean()) + ")")
        .orElse("");
  }

  /** Where the published runs were lucky or unlucky: settings that end now one way, now another. */
  List<String> luck() {
    if (!comparable) {
      return List.of();
    }
    Map<String, List<ExperimentResult>> bySetting =
        results.stream()
            .collect(
                Collectors.groupingBy(
                    LessonRemarks::setting, LinkedHashMap::new, Collectors.toList()));
    List<String> sentences = new ArrayList<>();
    for (List<ExperimentResult> same : bySetting.values()) {
      for (Normalization variant : same.get(0).experiment().variants()) {
        luck(same, variant).ifPresent(sentences::add);
      }
    }
    return sentences;
  }

  private static Optional<String> luck(List<ExperimentResult> same, Normalization variant) {
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
    long publishedLearnt = published.stream().filter(Experiment.Published::learnt).count();
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
                        ? TextTable.share(spread.mean())
                        : TextTable.share(spread.min()) + " to " + TextTable.share(spread.max()))
            .orElse("-");
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%s, %s: published %s; here %d of %d learn (%s).",
            same.get(0).experiment().title(),
            variant.label(),
            published.stream().map(LessonRemarks::published).collect(Collectors.joining(" and ")),
            learnt,
            trials.size(),
            figures));
  }
}
