package io.bnzoo.notebook;

import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.ExperimentResult.OfVariant;
import io.bnzoo.experiment.Spread;
import io.bnzoo.report.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Tables for a notebook, in Markdown. */
public final class Tables {
  private static final String NONE = "";

  /** A space at which no line breaks. */
  private static final String UNBROKEN = "\u00A0";

  private Tables() {}

  /**
   * What networks recognize after their training: of the test set, and of its first images in one
   * batch and one at a time.
   */
  public static String accuracies(List<Trained> networks) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("network", "test", "first " + singles(networks), "one at a time", "ms a batch"));
    for (Trained network : networks) {
      rows.add(
          List.of(
              network.label(),
              TextTable.share(network.test()),
              TextTable.share(network.together()),
              TextTable.share(network.singly()),
              String.format(Locale.ROOT, "%.2f", network.result().millisecondsPerBatch())));
    }
    return TextTable.markdown(rows);
  }

  /**
   * Accuracies on the test set: as trained here (lowest to highest of several seeds), as recorded
   * at full length (mean ± standard deviation over its seeds), and as published by the source, one
   * run.
   */
  public static String accuracies(RecordedLesson recorded, List<ExperimentResult> results) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("experiment", "network", "here", "at full length", "published"));
    for (ExperimentResult result : results) {
      Experiment experiment = result.experiment();
      for (OfVariant variant : result.variants()) {
        String label = variant.variant().label();
        rows.add(
            List.of(
                experiment.title(),
                label,
                range(variant.test()),
                spread(recorded.test(experiment.id(), label)),
                variant
                    .publishedTests()
                    .mapToObj(TextTable::share)
                    .collect(Collectors.joining(", "))));
      }
    }
    return TextTable.markdown(rows);
  }

  /** What each network of an experiment recognizes of the test set. */
  public static String trials(ExperimentResult result) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("network", "seed", "test"));
    for (OfVariant variant : result.variants()) {
      for (Finished finished : variant.trials()) {
        rows.add(
            List.of(
                variant.variant().label(),
                Long.toString(finished.trial().seed()),
                TextTable.share(
                    finished.figure(finals -> finals.test().accuracy()).orElse(Double.NaN))));
      }
    }
    return TextTable.markdown(rows);
  }

  /** How long a training step took, on one thread, in the first trial of each variant. */
  public static String steps(ExperimentResult result) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("network", "ms a step"));
    for (OfVariant variant : result.variants()) {
      double milliseconds = variant.trials().get(0).result().training().millisecondsPerBatch();
      rows.add(
          List.of(variant.variant().label(), String.format(Locale.ROOT, "%.2f", milliseconds)));
    }
    return TextTable.markdown(rows);
  }

  /** Recorded accuracies on the test set over their seeds, by what they are of. */
  public static String spreads(Map<String, Spread> recorded) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("recorded", "mean", "lowest", "highest"));
    recorded.forEach(
        (name, spread) ->
            rows.add(
                List.of(
                    name,
                    TextTable.share(spread.mean()),
                    TextTable.share(spread.min()),
                    TextTable.share(spread.max()))));
    return TextTable.markdown(rows);
  }

  private static int singles(List<Trained> networks) {
    return networks.stream().mapToInt(network -> network.plan().singleImages()).max().orElse(0);
  }

  private static String range(Optional<Spread> spread) {
    return spread
        .map(
            one ->
                one.count() == 1
                    ? TextTable.share(one.mean())
                    : TextTable.share(one.min())
                        + UNBROKEN
                        + "to"
                        + UNBROKEN
                        + TextTable.share(one.max()))
        .orElse(NONE);
  }

  private static String spread(Optional<Spread> spread) {
    return spread
        .map(
            one ->
                TextTable.share(one.mean())
                    + (one.standardDeviation().isPresent()
                        ? UNBROKEN
                            + "±"
                            + UNBROKEN
                            + TextTable.share(one.standardDeviation().getAsDouble())
                        : NONE))
        .orElse(NONE);
  }
}
