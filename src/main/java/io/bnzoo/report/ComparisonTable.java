package io.bnzoo.report;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.experiment.Lesson;
import io.bnzoo.train.Outcome;
import io.bnzoo.train.TrainingResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** A comparison as a table: a row for each network, and means where there are several seeds. */
public final class ComparisonTable {
  private static final List<String> HEADINGS =
      List.of("network", "seed", "validation", "test", "single", "published", "ms/batch");
  private static final String NONE = "-";

  private final Comparison.Result result;

  public ComparisonTable(Comparison.Result result) {
    this.result = result;
  }

  /** The rows, headings first; every row is as long as the first. */
  public List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADINGS);
    result.variants().forEach(variant -> rows.add(row(variant)));
    List<String> labels =
        result.variants().stream().map(Comparison.VariantResult::label).distinct().toList();
    if (result.variants().size() > labels.size()) {
      labels.forEach(label -> rows.add(meanRow(label)));
    }
    return rows;
  }

  /** What the table alone would not tell: how each unusual training ended, and odd data. */
  public List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (result.data().kind() != ImageDataset.Kind.MNIST) {
      notes.add("These are not MNIST's figures: " + result.data().description() + ".");
    }
    for (Comparison.VariantResult variant : result.variants()) {
      Outcome outcome = variant.result().outcome();
      if (!(outcome instanceof Outcome.Completed)) {
        notes.add(name(variant) + ": " + outcome.description() + ".");
      }
      variant
          .result()
          .finals()
          .ifPresent(finals -> recomputed(variant, finals).ifPresent(notes::add));
      if (variant.result().finals().filter(TrainingResult.Finals::singlesDisagree).isPresent()) {
        notes.add(
            name(variant)
                + ": images fed one at a time are recognized otherwise than in a batch, so the"
                + " running statistics are not used.");
      }
    }
    return notes;
  }

  /** The table as aligned plain text, for a terminal. */
  public String asText() {
    return TextTable.plain(rows());
  }

  /** Table and notes in Markdown. */
  public String asMarkdown(String title, Provenance provenance) {
    StringBuilder text = new StringBuilder("# " + title + "\n\n");
    text.append(TextTable.markdown(rows())).append('\n');
    notes().forEach(note -> text.append("- ").append(note).append('\n'));
    text.append(
        String.format(
            Locale.ROOT,
            "%n%d batches of %d; %s (SHA-256 %s).%nbnzoo %s, Deeplearning4j %s, %s, %d threads, Java %s,"
                + " %s, %d processors.%n",
            result.plan().batches(),
            result.plan().batchSize(),
            result.data().description(),
            result.data().sha256(),
            provenance.bnzoo(),
            provenance.deeplearning4j(),
            provenance.backend(),
            result.threads(),
            provenance.java(),
            provenance.operatingSystem(),
            provenance.processors()));
    return text.toString();
  }

  private static Optional<String> recomputed(
      Comparison.VariantResult variant, TrainingResult.Finals finals) {
    return finals.movingAverageAccuracy().stream()
        .mapToObj(
            before ->
                String.format(
                    "%s: test accuracy %s by the moving averages of training, %s by statistics"
                        + " recomputed after it.",
                    name(variant),
                    TextTable.share(before),
                    TextTable.share(finals.test().accuracy())))
        .findFirst();
  }

  private static String name(Comparison.VariantResult variant) {
    return variant.label() + " (seed " + variant.spec().seed() + ")";
  }

  private List<String> row(Comparison.VariantResult variant) {
    List<String> row = new ArrayList<>();
    row.add(variant.label());
    row.add(Long.toString(variant.spec().seed()));
    row.addAll(accuracies(variant.result()));
    row.add(published(variant));
    row.add(String.format(Locale.ROOT, "%.1f", variant.result().millisecondsPerBatch()));
    return row;
  }

  private static List<String> accuracies(TrainingResult result) {
    return result
        .finals()
        .map(
            finals ->
                List.of(
                    TextTable.share(finals.validation().accuracy()),
                    TextTable.share(finals.test().accuracy()),
                    TextTable.share(finals.singleAccuracy())))
        .orElse(List.of(NONE, NONE, NONE));
  }

  private List<String> meanRow(String label) {
    List<Comparison.VariantResult> same =
        result.variants().stream().filter(variant -> variant.label().equals(label)).toList();
    return List.of(
        label,
        "mean",
        mean(same, finals -> finals.validation().accuracy()),
        mean(same, finals -> finals.test().accuracy()),
        mean(same, TrainingResult.Finals::singleAccuracy),
        published(same.get(0)),
        NONE);
  }

  private static String mean(
      List<Comparison.VariantResult> variants, ToDoubleFunction<TrainingResult.Finals> figure) {
    return variants.stream()
        .flatMap(variant -> variant.result().finals().stream())
        .mapToDouble(figure)
        .average()
        .stream()
        .mapToObj(TextTable::share)
        .findFirst()
        .orElse(NONE);
  }

  private String published(Comparison.VariantResult variant) {
    if (result.data().kind() != ImageDataset.Kind.MNIST) {
      return NONE;
    }
    List<String> figures =
        Lesson.published(variant.spec(), result.plan()).stream()
            .flatMapToDouble(figure -> figure.test().stream())
            .mapToObj(TextTable::share)
            .distinct()
            .toList();
    return figures.isEmpty() ? NONE : String.join(", ", figures);
  }
}
