package io.bnzoo.toolbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.data.TestDigits;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class RecalibrationTest {
  private static final LabeledImages IMAGES = TestDigits.draw(300, 1);

  private static NeuralNetConfiguration.Builder settings() {
    return new NeuralNetConfiguration.Builder().seed(5).activation(Activation.IDENTITY);
  }

  /** Two convolutions and a dense layer, each normalized. */
  private static MultiLayerNetwork network(CNN2DFormat format, Activation activation) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            settings()
                .list()
                .layer(convolution(format, 4))
                .layer(normalization(format))
                .layer(new ActivationLayer(activation))
                .layer(convolution(format, 6))
                .layer(normalization(format))
                .layer(new ActivationLayer(activation))
                .layer(new DenseLayer.Builder().nOut(8).build())
                .layer(new BatchNormalization())
                .layer(new ActivationLayer(activation))
                .layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.convolutional(28, 28, 1, format))
                .build());
    network.init();
    return network;
  }

  private static ConvolutionLayer convolution(CNN2DFormat format, int channels) {
    return new ConvolutionLayer.Builder(3, 3)
        .stride(2, 2)
        .nOut(channels)
        .dataFormat(format)
        .build();
  }

  private static BatchNormalization normalization(CNN2DFormat format) {
    return new BatchNormalization.Builder().dataFormat(format).build();
  }

  /**
   * The same computed by a network in double precision, whose layers see the images all at once.
   */
  private static void matchesDoubles(MultiLayerNetwork network, CNN2DFormat format) {
    MultiLayerNetwork exact = network.convertDataType(DataType.DOUBLE);
    long count = IMAGES.size();
    INDArray x =
        format == CNN2DFormat.NCHW
            ? IMAGES.images().reshape(count, 1, 28, 28)
            : IMAGES.images().reshape(count, 28, 28, 1);
    List<BatchNorm> layers = BatchNorm.allOf(network);
    List<BatchNorm> exactLayers = BatchNorm.allOf(exact);
    for (int i = 0; i < layers.size(); i++) {
      BatchNorm layer = exactLayers.get(i);
      INDArray given =
          exact.feedForward(x.castTo(DataType.DOUBLE), false).get(Integer.parseInt(layer.key()));
      int[] others =
          given.rank() == 2
              ? new int[] {0}
              : IntStream.range(0, 4)
                  .filter(axis -> axis != (format == CNN2DFormat.NCHW ? 1 : 3))
                  .toArray();
      double[] mean = given.mean(others).data().asDouble();
      double[] variance = given.var(false, others).data().asDouble();
      layer.setStatistics(mean, variance);
      for (int k = 0; k < mean.length; k++) {
        double deviation = Math.sqrt(variance[k]);
        assertThat(layers.get(i).mean()[k])
            .isCloseTo(mean[k], within(1e-6 * deviation + 1e-7 * Math.abs(mean[k])));
        assertThat(layers.get(i).variance()[k]).isCloseTo(variance[k], within(2e-6 * variance[k]));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void equalsTheStatisticsOfDoublePrecisionOverAllImages(CNN2DFormat format) {
    MultiLayerNetwork network = network(format, Activation.RELU);
    Recalibration done = Recalibration.of(network, IMAGES, ProgressListener.NONE);
    assertThat(done.images()).isEqualTo(300);
    assertThat(done.layers()).extracting(Recalibration.Layer::features).containsExactly(4, 6, 8);
    matchesDoubles(network, format);
  }

  /** Of SELU there is no kernel. */
  @Test
  void doesTheSameWhereDeeplearning4jComputes() {
    MultiLayerNetwork network = network(CNN2DFormat.NCHW, Activation.SELU);
    Recalibration.of(network, IMAGES, ProgressListener.NONE);
    matchesDoubles(network, CNN2DFormat.NCHW);
  }

  @ParameterizedTest
  @ValueSource(strings = {"RELU", "SELU"})
  void treatsGraphsAsSequences(String activation) {
    MultiLayerNetwork network = network(CNN2DFormat.NCHW, Activation.valueOf(activation));
    ComputationGraph graph = network.toComputationGraph();
    Recalibration.of(network, IMAGES, ProgressListener.NONE);
    Recalibration.of(graph, IMAGES, ProgressListener.NONE);
    assertThat(graph.params().castTo(DataType.DOUBLE).data().asDouble())
        .containsExactly(network.params().castTo(DataType.DOUBLE).data().asDouble(), within(1e-5));
  }

  @Test
  void saysHowFarTheStatisticsWere() {
    MultiLayerNetwork network = network(CNN2DFormat.NCHW, Activation.RELU);
    Recalibration.of(network, IMAGES, ProgressListener.NONE);
    BatchNorm first = BatchNorm.allOf(network).get(0);
    double[] mean = first.mean();
    double[] variance = first.variance();
    double[] moved = mean.clone();
    java.util.Arrays.setAll(moved, i -> mean[i] + 2 * Math.sqrt(variance[i] + first.epsilon()));
    double[] quarter = java.util.Arrays.stream(variance).map(each -> each / 4).toArray();
    first.setStatistics(moved, quarter);
    Recalibration.Layer layer =
        Recalibration.of(network, IMAGES, ProgressListener.NONE).layers().get(0);
    assertThat(layer.meanMoved()).isCloseTo(2, within(1e-3));
    assertThat(layer.deviationFactor()).isCloseTo(2, within(1e-2));
    assertThat(first.mean()).containsExactly(mean, within(1e-6));
  }

  @Test
  void asksForBatchNormalizationAndForImages() {
    MultiLayerNetwork plain =
        new MultiLayerNetwork(
            settings()
                .list()
                .layer(new OutputLayer.Builder().nOut(10).build())
                .setInputType(InputType.feedForward(784))
                .build());
    plain.init();
    assertThatThrownBy(() -> Recalibration.of(plain, IMAGES, ProgressListener.NONE))
        .hasMessage("the model has no batch normalization");
    MultiLayerNetwork network = network(CNN2DFormat.NCHW, Activation.RELU);
    assertThatThrownBy(() -> Recalibration.of(network, IMAGES.first(0), ProgressListener.NONE))
        .hasMessage("statistics need at least 1 image, got none");
    LabeledImages wide =
        new LabeledImages(
            ImageShape.withChannels(3).height(28).width(28), 10, new byte[3 * 784], new int[1]);
    assertThatThrownBy(() -> Recalibration.of(network, wide, ProgressListener.NONE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(BatchNorm.allOf(network).get(0).variance()).containsOnly(1);
  }
}
