package io.bnzoo.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.ArrayAssert;
import io.bnzoo.spec.Normalization;
import java.util.Random;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** What batch normalization is, checked against double arithmetic in plain Java. */
class BatchNormalizationLawsTest {
  private static final int ROWS = 50;
  private static final int FEATURES = 4;
  private static final double DECAY = 0.99;
  private static final double EPSILON = 0.001;

  @ParameterizedTest(name = "mean {0}")
  @ValueSource(doubles = {0, 10, 1e4})
  void trainingGivesTheOraclesValues(double mean) {
    INDArray x = sample(mean, 1);
    MultiLayerNetwork network = network();
    network.getLayer("x-bn").getParam("gamma").assign(2);
    network.getLayer("x-bn").getParam("beta").assign(-3);
    double[][] expected = oracle(x, 2, -3);
    // A float keeps 7 digits, so the rest of a mean of 1e4 has an error of about 1e-3.
    ArrayAssert.assertClose(
        normalized(network, x, true),
        Nd4j.createFromArray(expected).castTo(x.dataType()),
        1e-5 + 1e-6 * mean,
        1e-5);
  }

  @Test
  void aConstantFeatureGivesBetaAndNoNaN() {
    INDArray x = sample(0, 2);
    x.getColumn(1).assign(5);
    INDArray y = normalized(network(), x, true);
    assertThat(y.getColumn(1).amaxNumber().doubleValue()).isCloseTo(0, within(1e-6));
  }

  @Test
  void aShiftOfTheInputChangesNothing() {
    INDArray x = sample(0, 3);
    MultiLayerNetwork network = network();
    INDArray shifted = normalized(network, x.add(8), true).dup();
    ArrayAssert.assertClose(shifted, normalized(network, x, true), 1e-5, 1e-5);
  }

  @Test
  void aStepMovesThePopulationStatisticsByTheDecayFormula() {
    INDArray x = sample(3, 4);
    MultiLayerNetwork network = network();
    network.fit(x, Nd4j.zeros(x.dataType(), ROWS, 2));
    Layer layer = network.getLayer("x-bn");
    for (int feature = 0; feature < FEATURES; feature++) {
      double mean = mean(x, feature);
      double variance = variance(x, feature);
      assertThat(layer.getParam("mean").getDouble(feature))
          .isCloseTo((1 - DECAY) * mean, within(1e-6));
      assertThat(layer.getParam("var").getDouble(feature))
          .isCloseTo(DECAY + (1 - DECAY) * variance, within(1e-6));
    }
  }

  @Test
  void inferenceChangesNothingAndUsesThePopulationStatistics() {
    INDArray x = sample(3, 5);
    MultiLayerNetwork network = network();
    INDArray before = network.params().dup();
    INDArray y = normalized(network, x, false);
    ArrayAssert.assertSameBits(network.params(), before);
    // Population mean 0 and variance 1 at the start.
    ArrayAssert.assertClose(y, x.div(Math.sqrt(1 + EPSILON)), 1e-6, 1e-6);
  }

  @ParameterizedTest(name = "{0} x {0} pixels")
  @ValueSource(ints = {1, 3})
  void aChannelOfImagesIsNormalizedAsAFeatureOfRows(int side) {
    // Rows are the pixels of all images: [N*H*W, C] against [N, C, H, W].
    int images = 20;
    INDArray x = Nd4j.rand(DataType.FLOAT, images, FEATURES, side, side).muli(3);
    INDArray rows = x.permute(0, 2, 3, 1).dup('c').reshape('c', images * side * side, FEATURES);
    INDArray y = normalized(network(InputType.convolutional(side, side, FEATURES)), x, true);
    INDArray yRows = y.permute(0, 2, 3, 1).dup('c').reshape('c', rows.shape());
    ArrayAssert.assertClose(yRows, normalized(network(), rows, true), 1e-5, 1e-5);
  }

  private static MultiLayerNetwork network() {
    return network(InputType.feedForward(FEATURES));
  }

  private static MultiLayerNetwork network(InputType input) {
    var list = new NeuralNetConfiguration.Builder().seed(1).updater(new Sgd(0.1)).list();
    NormalizationLayers.of(Normalization.batchNorm()).layers("x").forEach(list::layer);
    list.layer(new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build());
    list.setInputType(input);
    MultiLayerNetwork network = new MultiLayerNetwork(list.build());
    network.init();
    return network;
  }

  private static INDArray normalized(MultiLayerNetwork network, INDArray x, boolean training) {
    return network.feedForwardToLayer(0, x, training).get(1);
  }

  private static INDArray sample(double mean, long seed) {
    Random random = new Random(seed);
    float[][] values = new float[ROWS][FEATURES];
    for (float[] row : values) {
      for (int i = 0; i < FEATURES; i++) {
        row[i] = (float) (mean + (i + 1) * random.nextGaussian());
      }
    }
    return Nd4j.createFromArray(values);
  }

  private static double[][] oracle(INDArray x, double gamma, double beta) {
    double[][] y = new double[ROWS][FEATURES];
    for (int feature = 0; feature < FEATURES; feature++) {
      double mean = mean(x, feature);
      double deviation = Math.sqrt(variance(x, feature) + EPSILON);
      for (int row = 0; row < ROWS; row++) {
        y[row][feature] = gamma * (x.getDouble(row, feature) - mean) / deviation + beta;
      }
    }
    return y;
  }

  private static double mean(INDArray x, int feature) {
    double sum = 0;
    for (int row = 0; row < ROWS; row++) {
      sum += x.getDouble(row, feature);
    }
    return sum / ROWS;
  }

  private static double variance(INDArray x, int feature) {
    double mean = mean(x, feature);
    double sum = 0;
    for (int row = 0; row < ROWS; row++) {
      sum += Math.pow(x.getDouble(row, feature) - mean, 2);
    }
    return sum / ROWS;
  }
}
