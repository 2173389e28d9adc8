package io.bnzoo.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Rows of text as a table: columns of words to the left, columns of numbers to the right. */
public final class TextTable {
  private TextTable() {}

  /** Columns aligned with spaces, two between them; the first is to the left. */
  public static String plain(List<List<String>> rows) {
    return plain(rows, 1);
  }

  /** The same with this many columns to the left. */
  public static String plain(List<List<String>> rows, int columnsOfWords) {
    int[] widths = widths(rows);
    return rows.stream()
        .map(
            row ->
                cells(row, widths, columnsOfWords).collect(Collectors.joining("  ")).stripTrailing()
                    + "\n")
        .collect(Collectors.joining());
  }

  /** A Markdown table whose first row is the heading. */
  public static String markdown(List<List<String>> rows) {
    int[] widths = widths(rows);
    StringBuilder text = new StringBuilder(markdownLine(rows.get(0), widths));
    text.append(
        IntStream.range(0, widths.length)
            .mapToObj(i -> "-".repeat(widths[i] + 1) + (i == 0 ? "-" : ":"))
            .collect(Collectors.joining("|", "|", "|\n")));
    rows.stream().skip(1).forEach(row -> text.append(markdownLine(row, widths)));
    return text.toString();
  }

  /** An accuracy or another share, as all tables show it. */
  public static String share(double share) {
    return String.format(Locale.ROOT, "%.4f", share);
  }

  private static String markdownLine(List<String> row, int[] widths) {
    return cells(row, widths, 1).collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static Stream<String> cells(List<String> row, int[] widths, int columnsOfWords) {
    return IntStream.range(0, widths.length)
        .mapToObj(
            i -> {
              String padding = " ".repeat(widths[i] - row.get(i).length());
              return i < columnsOfWords ? row.get(i) + padding : padding + row.get(i);
            });
  }

  private static int[] widths(List<List<String>> rows) {
    return IntStream.range(0, rows.get(0).size())
        .map(i -> rows.stream().mapToInt(row -> row.get(i).length()).max().orElse(0))
        .toArray();
  }
}
