package io.bnzoo.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.data.ImageShape;
import io.bnzoo.experiment.Variants;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.ThreeLayerMlp;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

class BatchSizeTest {

  @Test
  void theNetworksOfThisZooPredict500ImagesAtOnce() {
    for (var variant : Variants.all()) {
      assertThat(
              BatchSize.of(
                  new MultiLayerNetwork(DeepCnn.builder().normalization(variant).build().conf()),
                  ImageShape.MNIST))
          .isEqualTo(500);
      assertThat(
              BatchSize.of(
                  new MultiLayerNetwork(
                      ThreeLayerMlp.builder().normalization(variant).build().conf()),
                  ImageShape.MNIST))
          .isEqualTo(500);
    }
  }

  @Test
  void aLargeNetworkPredictsFewerAtOnce() {
    // 2 x 1000 + 28 pixels on each side.
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ZeroPaddingLayer.Builder(1000, 1000).build())
                .layer(new GlobalPoolingLayer())
                .layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.convolutional(28, 28, 1))
                .build());
    assertThat(BatchSize.of(network, ImageShape.MNIST))
        .isEqualTo((1 << 27) / (2028 * 2028 + 784 + 1 + 10));
  }
}
