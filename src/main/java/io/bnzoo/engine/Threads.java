package io.bnzoo.engine;

import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/** How many threads compute a network of which nobody says it. */
public final class Threads {
  private Threads() {}

  /**
   * All of this machine's cores for convolutions. Dense layers as small as the zoo's train slower
   * on more than one, as measured on two cores.
   */
  public static int usefulFor(MultiLayerConfiguration network) {
    return usefulFor(network.getConfs().stream().map(NeuralNetConfiguration::getLayer));
  }

  /** The same for a network of these layers. */
  static int usefulFor(Stream<Layer> layers) {
    return layers.anyMatch(ConvolutionLayer.class::isInstance)
        ? Runtime.getRuntime().availableProcessors()
        : 1;
  }
}
