package io.bnzoo.engine;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Deeplearning4j's own arithmetic, which every other engine is measured against. */
public final class Dl4jEngine implements Engine {
  private final MultiLayerNetwork network;
  // The same parameters under an output layer without its activation: its output is the logits.
  private final MultiLayerNetwork beforeActivation;
  private final ImageInput input;
  private final LogitLoss loss;

  /**
   * An engine for an initialized network, which stays the caller's.
   *
   * @throws IllegalArgumentException if the network does not take images of 28 x 28 or has no
   *     output layer, saying what it takes
   */
  public Dl4jEngine(MultiLayerNetwork network) {
    this.network = network;
    this.loss = LogitLoss.of(outputLayer(network.getLayerWiseConfigurations()));
    this.beforeActivation = withoutOutputActivation(network);
    this.input = ImageInput.of(images -> beforeActivation.output(images, false));
  }

  @Override
  public double step(INDArray images, INDArray labels) {
    network.fit(input.shaped(images), labels);
    return network.score();
  }

  @Override
  public INDArray logits(INDArray images, Statistics statistics) {
    return beforeActivation.output(input.shaped(images), statistics == Statistics.BATCH);
  }

  @Override
  public double loss(INDArray logits, INDArray labels) {
    return loss.mean(logits, labels);
  }

  @Override
  public MultiLayerNetwork network() {
    return network;
  }

  /** Frees the workspaces of the calling thread, which is to be the one that trained. */
  @Override
  public void close() {
    Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
  }

  private static MultiLayerNetwork withoutOutputActivation(MultiLayerNetwork network) {
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations().clone();
    outputLayer(configuration).setActivationFn(new ActivationIdentity());
    MultiLayerNetwork twin = new MultiLayerNetwork(configuration);
    twin.init(network.params(), false);
    return twin;
  }

  private static BaseLayer outputLayer(MultiLayerConfiguration configuration) {
    int last = configuration.getConfs().size() - 1;
    Layer layer = configuration.getConf(last).getLayer();
    if (layer instanceof BaseOutputLayer output) {
      return output;
    }
    if (layer instanceof LossLayer lossLayer) {
      return lossLayer;
    }
    throw new IllegalArgumentException(
        "the network's last layer must be an output or loss layer, got "
            + layer.getClass().getSimpleName());
  }
}
