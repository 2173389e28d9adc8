package io.bnzoo.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.ArrayAssert;
import org.deeplearning4j.datasets.iterator.utilty.SingletonDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Transfer learning as Deeplearning4j does it: some layers do not learn any more. */
class FrozenLayersTest {
  private static final DataSet BATCH = batch();

  private static DataSet batch() {
    INDArray labels = Nd4j.zeros(6, 3);
    for (int i = 0; i < 6; i++) {
      labels.putScalar(i, i % 3, 1);
    }
    return new DataSet(Transforms.sin(Nd4j.linspace(0, 900, 768).reshape(6, 2, 8, 8)), labels);
  }

  private static MultiLayerNetwork pretrained() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Nesterovs(0.05, 0.9))
                .l2(0.01)
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).dropOut(0.5).build())
                .layer(new BatchNormalization.Builder().decay(0.5).build())
                .layer(new DenseLayer.Builder().nOut(5).activation(Activation.RELU).build())
                .layer(new BatchNormalization.Builder().decay(0.5).useLogStd(false).build())
                .layer(new OutputLayer.Builder().nOut(3).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.convolutional(8, 8, 2))
                .build());
    network.init();
    network.fit(BATCH);
    return network;
  }

  private static void trainBoth(MultiLayerNetwork fast, MultiLayerNetwork reference) {
    for (int step = 0; step < 4; step++) {
      reference.fit(BATCH);
      Accelerated.fit(fast, new SingletonDataSetIterator(BATCH), 1);
      assertThat(fast.score())
          .as("step %d", step)
          .isCloseTo(reference.score(), within(1e-4 * Math.abs(reference.score())));
    }
    ArrayAssert.assertClose(fast.params(), reference.params(), 1e-4, 1e-3);
    INDArray state = reference.getUpdater().getStateViewArray();
    if (state != null) {
      ArrayAssert.assertClose(fast.getUpdater().getStateViewArray(), state, 1e-4, 1e-3);
    }
  }

  private static boolean runsFast(MultiLayerNetwork network) {
    try (Accelerated accelerated = Accelerated.of(network)) {
      return accelerated.obstacle(InputType.convolutional(8, 8, 2)).isEmpty();
    }
  }

  @Test
  void frozenLayersNormalizeByRunningStatisticsAndMoveNothing() {
    MultiLayerNetwork network =
        new TransferLearning.Builder(pretrained())
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Adam(0.01)).seed(3).build())
            .setFeatureExtractor(1)
            .build();
    assertThat(runsFast(network)).isTrue();
    INDArray convolution = network.getLayer(0).params().dup();
    INDArray normalization = network.getLayer(1).params().dup();
    INDArray dense = network.getLayer(2).params().dup();
    MultiLayerNetwork reference = network.clone();
    trainBoth(network, reference);
    ArrayAssert.assertSameBits(network.getLayer(0).params().dup(), convolution);
    ArrayAssert.assertSameBits(network.getLayer(1).params().dup(), normalization);
    assertThat(network.getLayer(2).params().distance2(dense)).isPositive();
  }

  @Test
  void gradientsPassThroughFrozenLayersThatLetThem() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Sgd(0.1))
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).build())
                .layer(
                    new FrozenLayerWithBackprop(
                        new DenseLayer.Builder().nOut(5).activation(Activation.TANH).build()))
                .layer(new OutputLayer.Builder().nOut(3).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.convolutional(8, 8, 2))
                .build());
    network.init();
    assertThat(runsFast(network)).isTrue();
    INDArray dense = network.getLayer(1).params().dup();
    INDArray convolution = network.getLayer(0).params().dup();
    trainBoth(network, network.clone());
    ArrayAssert.assertSameBits(network.getLayer(1).params().dup(), dense);
    assertThat(network.getLayer(0).params().distance2(convolution)).isPositive();
  }

  /** Deeplearning4j's have each the updater that it was built with. */
  @Test
  void layersHaveLearningRatesOfTheirOwn() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Sgd(0.1))
                .list()
                .layer(new DenseLayer.Builder().nOut(6).updater(new Adam(0.01)).build())
                .layer(new DenseLayer.Builder().nOut(5).updater(new Sgd(0.5)).build())
                .layer(new OutputLayer.Builder().nOut(3).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.convolutional(8, 8, 2))
                .build());
    network.init();
    network.setLearningRate(1, 0.2);
    trainBoth(network, network.clone());
  }
}
