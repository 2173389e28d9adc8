package io.bnzoo.train;

import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;

/** Whether learning rates and momentums follow what a training counts. */
final class Schedules {
  private Schedules() {}

  /**
   * Refuses learning rates and momentums by the number of epochs, which would stay what they are: a
   * training has batches and no epochs.
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
                + " has a learning rate or momentum that changes with the epoch, which a training"
                + " does not count: give its schedule ScheduleType.ITERATION");
      }
    }
  }

  private static boolean changesByEpoch(IUpdater updater) {
    if (updater == null || !updater.hasLearningRate()) {
      return false;
    }
    return changes(epoch -> updater.getLearningRate(0, epoch))
        || (updater instanceof Nesterovs nesterovs
            && changes(epoch -> nesterovs.currentMomentum(0, epoch)));
  }

  /** Schedules do not say what they count, so some epochs are tried. */
  private static boolean changes(IntToDoubleFunction byEpoch) {
    return IntStream.of(1, 2, 5, 10, 100, 1000, 100_000)
        .anyMatch(epoch -> byEpoch.applyAsDouble(epoch) != byEpoch.applyAsDouble(0));
  }
}
