package io.bnzoo.report;

import io.bnzoo.train.EvaluationRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An evaluation as text for people, within 80 columns. */
public final class EvaluationText {
  private EvaluationText() {}

  public static String of(EvaluationRecord record) {
    StringBuilder text = new StringBuilder();
    text.append(line("images", "%,d", record.images()));
    text.append(line("pixels", "%s", pixels(record.pixels())));
    text.append(line("accuracy", "%.4f", record.accuracy()));
    text.append(line("loss", "%.5f", record.loss()));
    text.append(
        line("first " + record.singleImages() + " one at a time", "%.4f", record.singleAccuracy()));
    text.append(line("images a second", "%,.0f", record.imagesPerSecond()));
    text.append("\nshown \\ predicted\n\n").append(TextTable.plain(rows(record)));
    return text.toString();
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
    return String.format(Locale.ROOT, "%-22s" + format + "%n", name, value);
  }

  private static List<List<String>> rows(EvaluationRecord record) {
    List<List<String>> rows = new ArrayList<>();
    List<String> headings = new ArrayList<>(List.of(""));
    record.classes().forEach(figures -> headings.add(Integer.toString(figures.digit())));
    headings.addAll(List.of("precision", "recall"));
    rows.add(headings);
    for (EvaluationRecord.ClassFigures figures : record.classes()) {
      List<String> row = new ArrayList<>(List.of(Integer.toString(figures.digit())));
      record.confusion().get(figures.digit()).forEach(count -> row.add(count.toString()));
      row.add(String.format(Locale.ROOT, "%.4f", figures.precision()));
      row.add(String.format(Locale.ROOT, "%.4f", figures.recall()));
      rows.add(row);
    }
    return rows;
  }
}
