package io.bnzoo.engine;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Small networks of one's own. */
public final class Networks {
  private Networks() {}

  static MultiLayerNetwork network(
      NeuralNetConfiguration.Builder builder, InputType input, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = builder.list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    MultiLayerNetwork network = new MultiLayerNetwork(list.setInputType(input).build());
    network.init();
    return network;
  }

  static OutputLayer output(LossFunctions.LossFunction loss, Activation activation) {
    return new OutputLayer.Builder(loss).nOut(10).activation(activation).build();
  }
}
