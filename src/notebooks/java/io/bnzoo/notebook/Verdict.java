package io.bnzoo.notebook;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is right about an answer and what is not, with hints on how to go on.
 *
 * @param lines in the order of the checks
 */
public record Verdict(List<Line> lines) {

  /**
   * One check.
   *
   * @param text what was found and, if it is not right, a hint
   */
  public record Line(boolean right, String text) {}

  public Verdict {
    lines = List.copyOf(lines);
  }

  static Verdict of(Line... lines) {
    return new Verdict(List.of(lines));
  }

  static Line right(String text) {
    return new Line(true, text);
  }

  static Line wrong(String text) {
    return new Line(false, text);
  }

  /** The same with more lines after these. */
  Verdict with(Line... more) {
    return new Verdict(Stream.concat(lines.stream(), Stream.of(more)).toList());
  }

  /** Whether nothing is left to be done. */
  public boolean passed() {
    return lines.stream().allMatch(Line::right);
  }

  /** A line each, for people. */
  @Override
  public String toString() {
    return lines.stream()
        .map(line -> (line.right() ? "✓ " : "✗ ") + line.text())
        .collect(Collectors.joining("\n"));
  }
}
