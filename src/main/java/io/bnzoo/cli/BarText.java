package io.bnzoo.cli;

import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBarRenderer;
import me.tongfei.progressbar.ProgressState;

/** How a progress bar looks: {@code batch-norm 37% [====> ] 300 of 800 batches, 12.3/s}. */
final class BarText implements ProgressBarRenderer {
  private static final int LONGEST_BAR = 30;
  private static final int SHORTEST_BAR = 5;

  private final String task;
  private final String unit;
  private volatile long first = -1;
  private volatile long startNanos = System.nanoTime();

  BarText(String task, String unit) {
    this.task = task;
    this.unit = unit;
  }

  /** The first step that is done here; those before it say nothing of the speed. */
  void startsBefore(long done) {
    if (first < 0) {
      first = Math.max(0, done - 1);
      startNanos = System.nanoTime();
    }
  }

  /** As wide as it may be, so that nothing of a longer text before it is seen. */
  @Override
  public String render(ProgressState state, int width) {
    String text =
        text(
            state.getCurrent(),
            state.getMax(),
            state.getExtraMessage(),
            (System.nanoTime() - startNanos) / 1e9,
            width);
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  /**
   * The line.
   *
   * @param words instead of how many steps are done; empty for those
   * @param seconds since the first step that was done here
   */
  String text(long done, long total, String words, double seconds, int width) {
    double share = total <= 0 ? 0 : Math.min(1, (double) done / total);
    String start = String.format(Locale.ROOT, "%s %3d%% ", task, (int) Math.floor(100 * share));
    String end = words.isEmpty() ? counted(done, total, seconds) : words;
    long stepsHere = done - Math.max(0, first);
    if (stepsHere > 0 && done < total) {
      end += (end.isEmpty() ? "" : ", ") + time(seconds / stepsHere * (total - done)) + " left";
    }
    int room = Math.min(LONGEST_BAR, width - start.length() - end.length() - 3);
    String bar = room < SHORTEST_BAR ? "" : bar(share, room) + " ";
    String line = (start + bar + end).stripTrailing();
    return line.length() <= width ? line : line.substring(0, Math.max(0, width));
  }

  private String counted(long done, long total, double seconds) {
    if (unit.isEmpty()) {
      return "";
    }
    String count = String.format(Locale.ROOT, "%,d of %,d %s", done, total, unit);
    long stepsHere = done - Math.max(0, first);
    return stepsHere > 0 && seconds > 0 ? count + ", " + rate(stepsHere / seconds) : count;
  }

  /** With as many digits as are to be read. */
  private String rate(double perSecond) {
    if (perSecond >= 10) {
      return String.format(Locale.ROOT, "%,.0f %s/s", perSecond, unit);
    }
    return perSecond >= 0.1
        ? String.format(Locale.ROOT, "%.1f %s/s", perSecond, unit)
        : String.format(Locale.ROOT, "%.1f %s/min", 60 * perSecond, unit);
  }

  private static String bar(double share, int length) {
    int full = (int) Math.floor(share * length);
    String head = full < length ? ">" : "";
    return "[" + "=".repeat(full) + head + " ".repeat(length - full - head.length()) + "]";
  }

  private static String time(double seconds) {
    Duration time = Duration.ofSeconds(Math.round(Math.min(seconds, 1e9)));
    return time.toHours() > 0
        ? String.format(
            Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
  }
}
