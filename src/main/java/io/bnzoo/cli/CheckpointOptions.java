package io.bnzoo.cli;

import io.bnzoo.train.CheckpointPlan;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** When checkpoints are written, and how many stay. */
final class CheckpointOptions {

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N|TIME",
      converter = IntervalConverter.class,
      defaultValue = "1min",
      description = {
        "Batches (500) or time (30s, 5min) between checkpoints, from which the same command resumes"
            + " after an interruption. Default: ${DEFAULT-VALUE}."
      })
  private Interval interval;

  @Option(
      names = "--keep-checkpoints",
      paramLabel = "K",
      defaultValue = "3",
      description = "How many of the newest stay. Default: ${DEFAULT-VALUE}.")
  private int keep;

  /** Either of the two. */
  record Interval(Optional<Integer> batches, Optional<Duration> time) {}

  /**
   * What the command line asks for.
   *
   * @throws IllegalArgumentException if a number is below 1
   */
  CheckpointPlan plan() {
    return new CheckpointPlan(interval.batches(), interval.time(), keep);
  }

  /** Reads 500, 30s, 5min and 2h. */
  static final class IntervalConverter implements CommandLine.ITypeConverter<Interval> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,6})(s|min|h|)");

    @Override
    public Interval convert(String text) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches()) {
        throw new CommandLine.TypeConversionException(
            "checkpoints are written every so many batches or so much time, such as 500, 30s or"
                + " 5min, not '"
                + text
                + "'");
      }
      int number = Integer.parseInt(matcher.group(1));
      return switch (matcher.group(2)) {
        case "s" -> time(Duration.ofSeconds(number));
        case "min" -> time(Duration.ofMinutes(number));
        case "h" -> time(Duration.ofHours(number));
        default -> new Interval(Optional.of(number), Optional.empty());
      };
    }

    private static Interval time(Duration duration) {
      return new Interval(Optional.empty(), Optional.of(duration));
    }
  }
}
