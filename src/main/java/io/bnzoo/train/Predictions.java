package io.bnzoo.train;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * What images were taken for.
 *
 * @param shown the class that each image shows
 * @param predicted the class predicted for each
 */
public record Predictions(List<Integer> shown, List<Integer> predicted) {

  /** Copies the lists. */
  public Predictions {
    shown = List.copyOf(shown);
    predicted = List.copyOf(predicted);
  }

  /** The share of images recognized, in [0, 1]. */
  public double accuracy() {
    long right =
        IntStream.range(0, shown.size()).filter(i -> shown.get(i).equals(predicted.get(i))).count();
    return (double) right / shown.size();
  }

  /** The class that every image was taken for, if it was always the same. */
  public OptionalInt onlyClass() {
    return predicted.stream().distinct().limit(2).count() == 1
        ? OptionalInt.of(predicted.get(0))
        : OptionalInt.empty();
  }
}
