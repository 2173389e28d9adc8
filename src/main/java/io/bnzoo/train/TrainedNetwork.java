package io.bnzoo.train;

import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * A network as its training left it, and what came out.
 *
 * @param network Deeplearning4j's, with the state of its optimizer
 * @param result how it went, and the figures in the end
 */
public record TrainedNetwork(MultiLayerNetwork network, TrainingResult result) {

  /**
   * How the network does on the test images.
   *
   * @throws IllegalStateException if the training was stopped before it came to them
   */
  public Score test() {
    return finals().test();
  }

  /**
   * How it does on the validation images.
   *
   * @throws IllegalStateException likewise
   */
  public Score validation() {
    return finals().validation();
  }

  private TrainingResult.Finals finals() {
    return result
        .finals()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "there are no figures: the training was " + result.outcome().description()));
  }
}
