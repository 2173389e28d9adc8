package io.bnzoo.train;

import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.nd4j.linalg.learning.config.IUpdater;

/** Whether learning rates follow what a training counts. */
final class Schedules {
  private Schedules() {}

  /**
   * Refuses learning rates by the number of epochs, which would stay what they are: a training has
   * batches and no epochs.
   *
   * @throws IllegalArgumentException naming the layer
   */
  static void requireSteps(MultiLayerConfiguration network) {
    for (int i = 0; i < network.getConfs().size(); i++) {
      if (network.getConf(i).getLayer() instanceof BaseLayer layer
          && (changesByEpoch(layer.getIUpdater()) || changesByEpoch(layer.getBiasUpdater()))) {
        throw new IllegalArgumentException(
            "layer "
                + i
                + " has a learning rate that changes with the epoch, which a training does not"
                + " count: give its schedule ScheduleType.ITERATION");
      }
    }
  }

  /** Schedules do not say what they count, so some epochs are tried. */
  private static boolean changesByEpoch(IUpdater updater) {
    return updater != null
        && updater.hasLearningRate()
        && IntStream.of(1, 2, 5, 10, 100, 1000, 100_000)
            .anyMatch(epoch -> updater.getLearningRate(0, epoch) != updater.getLearningRate(0, 0));
  }
}
