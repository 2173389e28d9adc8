package io.bnzoo.experiment;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.Statistics;
import io.bnzoo.train.Evaluator;
import io.bnzoo.train.Predictions;
import java.util.List;

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
   * @param count how many of the first test images are predicted one at a time
   */
  static InferenceTrap of(Engine engine, LabeledImages test, int count) {
    LabeledImages first = test.slice(0, Math.min(count, test.size()));
    Predictions usual = new Evaluator(engine, Statistics.RUNNING).oneAtATime(first);
    Evaluator trapped = new Evaluator(engine, Statistics.BATCH);
    return new InferenceTrap(
        usual.shown(),
        usual.predicted(),
        trapped.oneAtATime(first).predicted(),
        trapped.together(test).accuracy());
  }

  /** The share of the images recognized by running statistics. */
  public double runningAccuracy() {
    return new Predictions(shown, byPopulationStatistics).accuracy();
  }

  /** The share of the images recognized by their own statistics. */
  public double batchAccuracy() {
    return new Predictions(shown, byBatchStatistics).accuracy();
  }
}
