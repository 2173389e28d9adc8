package io.bnzoo.report;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.train.EvaluationRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** An evaluation as text for people, within 80 columns. */
public final class EvaluationText {
  /** Of more, a matrix would be wider than a terminal. */
  private static final int MOST_IN_MATRIX = 10;

  /** Of many classes, those that are recognized worst. */
  private static final int MOST_CLASSES = 20;

  private static final int LONGEST_NAME = 20;

  private EvaluationText() {}

  /**
   * The figures, then which classes are taken for which.
   *
   * @param digits what was evaluated, for the names of its classes
   */
  public static String of(EvaluationRecord record, ImageDataset digits) {
    StringBuilder text = new StringBuilder();
    text.append(line("images", "%,d", record.images()));
    text.append(line("pixels", "%s", pixels(record.pixels())));
    text.append(line("accuracy", "%.4f", record.accuracy()));
    boolean none = Double.isNaN(record.loss()) && record.notFinite() == 0;
    text.append(
        none
            ? line("loss", "%s", "none: the model ends without one")
            : line("loss", "%.5f", record.loss()));
    if (record.notFinite() > 0) {
      text.append(line("! not finite", "the outputs for %,d images: a guess", record.notFinite()));
    }
    text.append(
        line("first " + record.singleImages() + " one at a time", "%.4f", record.singleAccuracy()));
    text.append(line("images a second", "%,.0f", record.imagesPerSecond()));
    if (digits.classes() > MOST_IN_MATRIX || !digits.classNames().isEmpty()) {
      text.append(line("macro precision", "%.4f", record.macroPrecision()));
      text.append(line("macro recall", "%.4f", record.macroRecall()));
      text.append(line("macro F1", "%.4f", record.macroF1()));
      text.append(classes(record, digits));
    }
    if (digits.classes() <= MOST_IN_MATRIX) {
      text.append("\nshown \\ predicted\n\n").append(TextTable.plain(rows(record)));
    }
    return text.toString();
  }

  private static String classes(EvaluationRecord record, ImageDataset digits) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("class", "mostly taken for", "images", "precision", "recall"));
    record.classes().stream()
        .filter(figures -> figures.images() > 0)
        .sorted(Comparator.comparingDouble(EvaluationRecord.ClassFigures::recall))
        .limit(MOST_CLASSES)
        .forEach(
            figures ->
                rows.add(
                    List.of(
                        name(figures.label(), digits),
                        record.mostlyTakenFor(figures.label()).stream()
                            .mapToObj(other -> name(other, digits))
                            .findFirst()
                            .orElse("-"),
                        String.format(Locale.ROOT, "%,d", figures.images()),
                        TextTable.share(figures.precision()),
                        TextTable.share(figures.recall()))));
    String omitted =
        record.classes().size() <= MOST_CLASSES
            ? ""
            : String.format(
                Locale.ROOT,
                "(those recognized worst; %,d more: --json)%n",
                record.classes().size() - MOST_CLASSES);
    return "\n" + TextTable.plain(rows, 2) + omitted;
  }

  /** With its number, unless that is all it has. */
  private static String name(int label, ImageDataset digits) {
    if (digits.classNames().isEmpty()) {
      return digits.className(label);
    }
    String name = digits.className(label);
    return label
        + " "
        + (name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME - 3) + "..." : name);
  }

  private static String pixels(EvaluationRecord.Pixels pixels) {
    return String.format(
        Locale.ROOT,
        "%d to %d%s",
        pixels.black(),
        pixels.white(),
        pixels.normalizer().map(name -> ", then " + name).orElse(", no normalizer"));
  }

  private static String line(String name, String format, Object value) {
    return String.format(Locale.ROOT, "%-24s" + format + "%n", name, value);
  }

  private static List<List<String>> rows(EvaluationRecord record) {
    List<List<String>> rows = new ArrayList<>();
    List<String> headings = new ArrayList<>(List.of(""));
    record.classes().forEach(figures -> headings.add(Integer.toString(figures.label())));
    headings.addAll(List.of("precision", "recall"));
    rows.add(headings);
    for (EvaluationRecord.ClassFigures figures : record.classes()) {
      List<String> row = new ArrayList<>(List.of(Integer.toString(figures.label())));
      record.confusion().get(figures.label()).forEach(count -> row.add(count.toString()));
      row.add(String.format(Locale.ROOT, "%.4f", figures.precision()));
      row.add(String.format(Locale.ROOT, "%.4f", figures.recall()));
      rows.add(row);
    }
    return rows;
  }
}
