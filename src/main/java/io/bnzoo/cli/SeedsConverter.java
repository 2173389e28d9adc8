package io.bnzoo.cli;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.LongStream;
import picocli.CommandLine;

/** Reads 3, 1,2,5 and 1..3. */
final class SeedsConverter implements CommandLine.ITypeConverter<List<Long>> {
  static final String DESCRIPTION =
      "One seed, several (1,2,5) or a range (1..3). Default: ${DEFAULT-VALUE}.";

  /** More than anybody will wait for, and few enough to be listed. */
  static final int MOST = 10_000;

  @Override
  public List<Long> convert(String text) {
    try {
      int dots = text.indexOf("..");
      return dots < 0
          ? listed(text)
          : range(
              text,
              Long.parseLong(text.substring(0, dots)),
              Long.parseLong(text.substring(dots + 2)));
    } catch (NumberFormatException e) {
      throw new CommandLine.TypeConversionException(
          "seeds are whole numbers such as 3, 1,2,5 or 1..3, not '" + text + "'");
    }
  }

  private static List<Long> listed(String text) {
    Set<Long> known = new HashSet<>();
    List<Long> seeds = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      long seed = Long.parseLong(part);
      if (!known.add(seed)) {
        throw new CommandLine.TypeConversionException(
            "seeds must differ from each other, got " + seed + " twice");
      }
      seeds.add(seed);
      requireFew(seeds.size() <= MOST, text);
    }
    return seeds;
  }

  private static List<Long> range(String text, long first, long last) {
    if (first > last) {
      throw new CommandLine.TypeConversionException("the range '" + text + "' is empty");
    }
    // The difference of numbers that are far apart turns negative.
    requireFew(last - first >= 0 && last - first < MOST, text);
    return LongStream.rangeClosed(first, last).boxed().toList();
  }

  private static void requireFew(boolean few, String text) {
    if (!few) {
      throw new CommandLine.TypeConversionException(
          String.format(
              Locale.ROOT,
              "at most %,d seeds are taken at a time, '%s' is more",
              MOST,
              text.length() > 40 ? text.substring(0, 40) + "..." : text));
    }
  }
}
