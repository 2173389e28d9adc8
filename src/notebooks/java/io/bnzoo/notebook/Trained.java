package io.bnzoo.notebook;

import io.bnzoo.train.Sample;
import io.bnzoo.train.Score;
import io.bnzoo.train.TrainingResult;
import io.bnzoo.zoo.TrainingPlan;
import java.util.SortedMap;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * A trained network and how it came about.
 *
 * @param label what it is called in pictures and tables
 */
public record Trained(
    String label, MultiLayerNetwork network, TrainingPlan plan, TrainingResult result) {

  /** The share of the test set that it recognizes, by running statistics. */
  public double test() {
    return finals().test().accuracy();
  }

  /** The share of the first test images that it recognizes, fed one at a time. */
  public double singly() {
    return finals().singleAccuracy();
  }

  /** The share of the same images that it recognizes, fed together. */
  public double together() {
    return finals().batchedAccuracy();
  }

  /**
   * The share of the test set that it recognized by the moving averages of its training, before the
   * statistics of recurrent batch norm were recomputed.
   *
   * @throws IllegalStateException if it has no recurrent batch norm
   */
  public double byMovingAverages() {
    return finals()
        .movingAverageAccuracy()
        .orElseThrow(() -> new IllegalStateException(label + " has nothing that was recomputed"));
  }

  private TrainingResult.Finals finals() {
    return result
        .finals()
        .orElseThrow(() -> new IllegalStateException("the training of " + label + " was stopped"));
  }

  /** Accuracies on the validation set by the number of batches trained until then. */
  SortedMap<Integer, Double> curve() {
    return result.validation(Sample::accuracy, Score::accuracy);
  }
}
