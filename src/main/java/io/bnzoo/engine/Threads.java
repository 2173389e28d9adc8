package io.bnzoo.engine;

import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/** How many threads compute a network of which nobody says it. */
public final class Threads {
  private Threads() {}

  /** Multiplications and additions that take several threads no longer than a millisecond. */
  private static final long WORTH_SHARING = 50_000_000;

  /**
   * All of this machine's cores for convolutions. Dense layers as small as the zoo's train slower
   * on more than one, as measured on two cores.
   */
  public static int usefulFor(MultiLayerConfiguration network) {
    return usefulFor(layers(network));
  }

  /** The same for a network of these layers. */
  static int usefulFor(Stream<Layer> layers) {
    return ofSteps(layers, Runtime.getRuntime().availableProcessors());
  }

  /** How many of those allowed a training step is to use. */
  static int ofSteps(MultiLayerConfiguration network, int allowed) {
    return ofSteps(layers(network), allowed);
  }

  private static int ofSteps(Stream<Layer> layers, int allowed) {
    return layers.anyMatch(ConvolutionLayer.class::isInstance) ? allowed : 1;
  }

  private static Stream<Layer> layers(MultiLayerConfiguration network) {
    return network.getConfs().stream().map(NeuralNetConfiguration::getLayer);
  }

  /** How many of those allowed a prediction is to use that takes so many operations. */
  static int ofPrediction(int ofSteps, int allowed, long operations) {
    return operations < WORTH_SHARING ? ofSteps : allowed;
  }
}
