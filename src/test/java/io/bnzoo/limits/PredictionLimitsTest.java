package io.bnzoo.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bnzoo.zoo.DeepCnn;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

class PredictionLimitsTest {
  private static final InputType DIGIT = InputType.convolutional(28, 28, 1);

  @Test
  void theDeepCnnNeedsFarLessThanIsAllowed() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(DeepCnn.builder().dataFormat(CNN2DFormat.NCHW).build().conf());
    assertThat(PredictionLimits.valuesPerExample(network, DIGIT)).isBetween(10_000L, 200_000L);
  }

  @Test
  void imagesOfAnotherKindAreRefusedWithTheLayersName() {
    MultiLayerNetwork network = new MultiLayerNetwork(configuration(1, 3));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PredictionLimits.valuesPerExample(network, DIGIT))
        .withMessage(
            "the model cannot predict this: its layer conv takes 3 values or channels, gets 1");
  }

  @Test
  void whatNeedsTooMuchIsRefusedWithTheLayersName() {
    MultiLayerNetwork network = new MultiLayerNetwork(configuration(2_000, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PredictionLimits.valuesPerExample(network, DIGIT))
        .withMessage(
            "the model cannot predict this: its layer conv needs more than 33,554,432 values for"
                + " one example");
  }

  @Test
  void nothingIsComputed() {
    MultiLayerNetwork network = new MultiLayerNetwork(configuration(10, 1));
    assertThat(PredictionLimits.valuesPerExample(network, DIGIT)).isPositive();
    assertThat(network.isInitCalled()).isFalse();
  }

  private static MultiLayerConfiguration configuration(int padding, int channels) {
    return new NeuralNetConfiguration.Builder()
        .list()
        .layer(new ZeroPaddingLayer.Builder(padding, padding).build())
        .layer(new ConvolutionLayer.Builder(3, 3).name("conv").nOut(4).build())
        .layer(new GlobalPoolingLayer())
        .layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build())
        .setInputType(InputType.convolutional(28, 28, channels))
        .build();
  }
}
