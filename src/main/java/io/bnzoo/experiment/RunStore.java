package io.bnzoo.experiment;

import io.bnzoo.train.Training;
import io.bnzoo.train.TrainingResult;
import io.bnzoo.zoo.NetworkSpec;
import java.io.IOException;
import java.util.Optional;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * Where a comparison keeps what it has trained, so that it can be resumed. What is not overridden
 * keeps nothing.
 */
public interface RunStore {
  /** Keeps nothing. */
  RunStore NONE = new RunStore() {};

  /** What came out of a network, if it has been trained to its end before. */
  default Optional<TrainingResult> finished(NetworkSpec spec) throws IOException {
    return Optional.empty();
  }

  /** The training of one of the networks, with the place where it keeps its checkpoints. */
  default Training withCheckpoints(Training training) {
    return training;
  }

  /**
   * Keeps a network, and what came out of it unless it was stopped. Only after this has returned
   * are the checkpoints of a network that is done removed.
   */
  default void keep(Comparison.VariantResult result, MultiLayerNetwork network)
      throws IOException {}
}
