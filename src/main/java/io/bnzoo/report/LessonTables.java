package io.bnzoo.report;

import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The report's tables as rows of text, headings first. */
final class LessonTables {
  private static final String NONE = "-";

  private final LessonReport report;

  LessonTables(LessonReport report) {
    this.report = report;
  }

  /** A row for each network, narrow enough for a terminal. */
  List<List<String>> overview() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("experiment", "network", "source", "mean", "sd", "n", "off by"));
    for (LessonReport.ExperimentSection part : report.experiments()) {
      for (LessonReport.VariantSummary row : part.variants()) {
        rows.add(
            List.of(
                part.experiment().id(),
                row.label(),
                accuracy(row),
                share(row.test().map(Spread::mean)),
                deviation(row.test()),
                Integer.toString(row.trials().size()),
                difference(row)));
      }
    }
    return rows;
  }

  /** The same with the settings and the range. */
  List<List<String>> summary() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "experiment",
            "setting",
            "batches",
            "network",
            "published",
            "mean",
            "sd",
            "min",
            "max",
            "seeds",
            "inside",
            "off by",
            "learn"));
    for (LessonReport.ExperimentSection part : report.experiments()) {
      for (LessonReport.VariantSummary row : part.variants()) {
        rows.add(
            Stream.of(
                    List.of(
                        part.experiment().id(),
                        part.experiment().title(),
                        number("%,d", part.plan().batches())),
                    figures(row))
                .flatMap(List::stream)
                .toList());
      }
    }
    return rows;
  }

  /** One experiment's networks. */
  List<List<String>> experiment(LessonReport.ExperimentSection part) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "network",
            "published",
            "mean",
            "sd",
            "min",
            "max",
            "seeds",
            "inside",
            "off by",
            "learn",
            "batches to 0.9",
            "source, batches/s",
            "ours"));
    for (LessonReport.VariantSummary row : part.variants()) {
      rows.add(
          Stream.of(
                  figures(row),
                  List.of(
                      toGoal(row),
                      firstPublished(row, Experiment.Published::batchesPerSecond)
                          .map(speed -> number("%,.0f", speed))
                          .orElse(NONE),
                      row.batchesPerSecond()
                          .map(speed -> number("%,.0f", speed.mean()))
                          .orElse(NONE)))
              .flatMap(List::stream)
              .toList());
    }
    return rows;
  }

  /** Published points of one experiment's curves beside ours; only headings if there are none. */
  List<List<String>> curve(LessonReport.ExperimentSection part) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("network", "batches", "published validation", "mean", "min", "max"));
    for (ExperimentResult.OfVariant variant : part.result().variants()) {
      for (Experiment.PublishedPoint point : part.experiment().publishedCurve(variant.variant())) {
        Optional<Spread> ours =
            Spread.of(
                variant.trials().stream()
                    .flatMapToDouble(trial -> trial.accuracyAfter(point.batches()).stream()));
        if (point.validation().isPresent() && ours.isPresent()) {
          rows.add(
              List.of(
                  variant.variant().label(),
                  number("%,d", point.batches()),
                  share(point.validation()),
                  share(ours.map(Spread::mean)),
                  share(ours.map(Spread::min)),
                  share(ours.map(Spread::max))));
        }
      }
    }
    return rows;
  }

  /** One experiment's trials. */
  List<List<String>> trials(LessonReport.ExperimentSection part) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "network",
            "seed",
            "validation",
            "test",
            "before",
            "single",
            "batches to 0.9",
            "batches/s",
            "seconds",
            "ended"));
    for (LessonReport.VariantSummary row : part.variants()) {
      for (LessonReport.TrialSummary run : row.trials()) {
        rows.add(
            List.of(
                row.label(),
                Long.toString(run.seed()),
                share(run.validation()),
                share(run.test()),
                share(run.movingAverage()),
                share(run.singles()),
                run.batchesToGoal().isPresent()
                    ? number("%,d", run.batchesToGoal().getAsInt())
                    : "never",
                run.batchesPerSecond().isPresent()
                    ? number("%,.0f", run.batchesPerSecond().getAsDouble())
                    : NONE,
                number("%,.0f", run.seconds()),
                run.outcome()));
      }
    }
    return rows;
  }

  private static List<String> figures(LessonReport.VariantSummary row) {
    long learnt = row.trials().stream().filter(LessonReport.TrialSummary::learnt).count();
    return List.of(
        row.label(),
        published(row),
        share(row.test().map(Spread::mean)),
        deviation(row.test()),
        share(row.test().map(Spread::min)),
        share(row.test().map(Spread::max)),
        Integer.toString(row.trials().size()),
        row.inside().map(inside -> inside ? "yes" : "no").orElse(NONE),
        difference(row),
        learnt + " of " + row.trials().size());
  }

  private static String published(LessonReport.VariantSummary row) {
    String figures =
        row.published().stream()
            .map(LessonRemarks::published)
            .filter(figure -> !figure.isEmpty())
            .collect(Collectors.joining(", "));
    return figures.isEmpty() ? NONE : figures;
  }

  private static String accuracy(LessonReport.VariantSummary row) {
    return firstPublished(row, Experiment.Published::test).map(TextTable::share).orElse(NONE);
  }

  private static Optional<Double> firstPublished(
      LessonReport.VariantSummary row, Function<Experiment.Published, OptionalDouble> figure) {
    return row.published().stream()
        .map(figure)
        .filter(OptionalDouble::isPresent)
        .map(OptionalDouble::getAsDouble)
        .findFirst();
  }

  private static String toGoal(LessonReport.VariantSummary row) {
    if (row.batchesToGoal().isEmpty()) {
      return "never";
    }
    Spread spread = row.batchesToGoal().orElseThrow();
    String mean = number("%,.0f", spread.mean());
    return spread.count() == row.trials().size()
        ? mean
        : mean + " (" + spread.count() + " of " + row.trials().size() + ")";
  }

  private static String deviation(Optional<Spread> spread) {
    return spread
        .filter(figures -> figures.standardDeviation().isPresent())
        .map(figures -> share(figures.standardDeviation()))
        .orElse(NONE);
  }

  private static String difference(LessonReport.VariantSummary row) {
    return row.difference().isPresent() ? number("%+.4f", row.difference().getAsDouble()) : NONE;
  }

  private static String share(OptionalDouble value) {
    return value.isPresent() ? TextTable.share(value.getAsDouble()) : NONE;
  }

  private static String share(Optional<Double> value) {
    return value.map(TextTable::share).orElse(NONE);
  }

  private static String number(String format, Object value) {
    return String.format(Locale.ROOT, format, value);
  }
}
