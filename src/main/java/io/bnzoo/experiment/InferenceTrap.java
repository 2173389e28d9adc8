package io.bnzoo.experiment;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.Logits;
import io.bnzoo.engine.Statistics;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Test images predicted one at a time by a network with batch norm, once normalized by the running
 * statistics and once, which is the trap, by their own.
 *
 * @param shown the digits that the images show
 * @param byPopulationStatistics the digit predicted for each
 * @param byBatchStatistics the digit predicted for each; the same for all, since a lone value is
 *     its own mean
 * @param testByBatchStatistics accuracy on the whole test set as one batch, by its own statistics
 */
public record InferenceTrap(
    List<Integer> shown,
    List<Integer> byPopulationStatistics,
    List<Integer> byBatchStatistics,
    double testByBatchStatistics) {

  public InferenceTrap {
    shown = List.copyOf(shown);
    byPopulationStatistics = List.copyOf(byPopulationStatistics);
    byBatchStatistics = List.copyOf(byBatchStatistics);
  }

  /**
   * Walks into it.
   *
   * @param count how many of the first test images are predicted alone
   */
  static InferenceTrap of(Engine engine, LabeledImages test, int count) {
    LabeledImages first = test.slice(0, Math.min(count, test.size()));
    return new InferenceTrap(
        labels(first),
        oneByOne(engine, first, Statistics.RUNNING),
        oneByOne(engine, first, Statistics.BATCH),
        share(labels(test), predictions(engine, test, Statistics.BATCH)));
  }

  /** The share of the images recognized by running statistics. */
  public double populationAccuracy() {
    return share(shown, byPopulationStatistics);
  }

  /** The share of the images recognized by their own statistics. */
  public double batchAccuracy() {
    return share(shown, byBatchStatistics);
  }

  private static List<Integer> oneByOne(
      Engine engine, LabeledImages images, Statistics statistics) {
    return IntStream.range(0, images.size())
        .mapToObj(i -> predictions(engine, images.slice(i, i + 1), statistics).get(0))
        .toList();
  }

  private static List<Integer> predictions(
      Engine engine, LabeledImages images, Statistics statistics) {
    Logits logits = engine.logits(images, statistics);
    return IntStream.range(0, logits.size()).mapToObj(logits::argMax).toList();
  }

  private static List<Integer> labels(LabeledImages images) {
    return IntStream.range(0, images.size()).mapToObj(images::label).toList();
  }

  private static double share(List<Integer> shown, List<Integer> predicted) {
    long right =
        IntStream.range(0, shown.size()).filter(i -> shown.get(i).equals(predicted.get(i))).count();
    return (double) right / shown.size();
  }
}
