package io.bnzoo.engine;

import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/** How many threads compute a network of which nobody says it. */
public final class Threads {
  private Threads() {}

  /** A step's operations are those of the forward pass and of both gradients. */
  private static final int STEP_PER_PREDICTION = 3;

  /** Multiplications and additions that take several threads no longer than a millisecond. */
  private static final long WORTH_SHARING = 50_000_000;

  /** As many as this machine has cores: the engines take fewer where more are of no use. */
  public static int all() {
    return Runtime.getRuntime().availableProcessors();
  }

  /**
   * All of this machine's cores for convolutions. Dense layers as small as the zoo's train slower
   * on more than one, as measured on two cores.
   */
  public static int usefulFor(MultiLayerConfiguration network) {
    return usefulFor(layers(network));
  }

  /** The same for a network of these layers. */
  static int usefulFor(Stream<Layer> layers) {
    return ofSteps(layers, all());
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

  /**
   * How many of those allowed a prediction for so many examples is to use.
   *
   * @param operationsOfStep those of a training step on one example
   */
  static int ofPrediction(int ofSteps, int allowed, long operationsOfStep, int examples) {
    long operations = operationsOfStep * examples / STEP_PER_PREDICTION;
    return operations < WORTH_SHARING ? ofSteps : allowed;
  }
}
