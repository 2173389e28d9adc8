package io.bnzoo.engine;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;

/** How many threads compute a network of which nobody says it. */
public final class Threads {
  private Threads() {}

  /**
   * All of this machine's cores for convolutions. Dense layers as small as the zoo's train slower
   * on more than one, as measured on two cores.
   */
  public static int usefulFor(MultiLayerConfiguration network) {
    boolean convolutional =
        network.getConfs().stream()
            .map(NeuralNetConfiguration::getLayer)
            .anyMatch(ConvolutionLayer.class::isInstance);
    return convolutional ? Runtime.getRuntime().availableProcessors() : 1;
  }
}
