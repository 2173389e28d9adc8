package io.bnzoo.notebook;

import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.LowLevelBatchNormalization;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * A layer of the library with nothing around it, to hold one's own arithmetic against: {@link
 * LowLevelBatchNormalization}, whose gamma starts at 1, beta at 0 and running statistics at 0 and
 * 1, or {@link BatchNormLstm}.
 */
public final class LayerAlone {

  /** Without one Deeplearning4j would seed ND4J's random numbers anew from the clock. */
  private static final long SEED = 1;

  private final MultiLayerNetwork network;

  private LayerAlone(MultiLayerNetwork network) {
    this.network = network;
    network.init();
    network.initGradientsView();
  }

  /** A layer of [N,features]. */
  public static LayerAlone ofFeatures(int features) {
    return before(new LossLayer.Builder(), normalization(features));
  }

  /** A layer of [N,channels,height,width]. */
  public static LayerAlone ofChannels(int channels) {
    return before(new CnnLossLayer.Builder(), normalization(channels));
  }

  /** A layer of [N,features,T], which becomes [N,units,T]. */
  public static LayerAlone ofSequences(BatchNormLstm lstm) {
    return before(new RnnLossLayer.Builder(), lstm);
  }

  private static Layer normalization(int features) {
    return new LowLevelBatchNormalization.Builder().features(features).build();
  }

  /** A network has to end in a loss; its output is that of the layer under it. */
  private static LayerAlone before(BaseOutputLayer.Builder<?> loss, Layer layer) {
    return new LayerAlone(
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(SEED)
                .updater(new Sgd(0))
                .list()
                .layer(layer)
                .layer(
                    loss.lossFunction(LossFunctions.LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .build())
                .build()));
  }

  /** The output for a batch by its own statistics; nothing in the layer changes. */
  public INDArray training(INDArray batch) {
    return activate(batch, true);
  }

  /** The output by the running statistics. */
  public INDArray inference(INDArray batch) {
    return activate(batch, false);
  }

  private INDArray activate(INDArray batch, boolean training) {
    return network.getLayer(0).activate(batch.dup(), training, LayerWorkspaceMgr.noWorkspaces());
  }

  /** One training step, which moves the running statistics and nothing else. */
  public void step(INDArray batch) {
    network.fit(batch.dup(), batch.dup());
  }

  /**
   * What a gradient of the output becomes on its way back through a batch normalization in
   * training.
   *
   * @return the gradients of the loss with respect to {@code x}, {@code gamma} and {@code beta}
   */
  public Map<String, INDArray> gradients(INDArray batch, INDArray ofOutput) {
    var layer = network.getLayer(0);
    layer.setInput(batch.dup(), LayerWorkspaceMgr.noWorkspaces());
    training(batch);
    var back = layer.backpropGradient(ofOutput.dup(), LayerWorkspaceMgr.noWorkspaces());
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    gradients.put("x", back.getSecond());
    for (String name : new String[] {"gamma", "beta"}) {
      gradients.put(name, back.getFirst().getGradientFor(name).dup());
    }
    return gradients;
  }

  /** A parameter by its name in the layer, to read or to assign to. */
  public INDArray parameter(String name) {
    return network.getLayer(0).getParam(name);
  }

  /** All parameters by name, as {@link #parameter} gives them. */
  public Map<String, INDArray> parameters() {
    return network.getLayer(0).paramTable();
  }
}
