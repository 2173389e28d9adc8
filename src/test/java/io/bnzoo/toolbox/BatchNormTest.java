package io.bnzoo.toolbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.layer.LowLevelBatchNormalization;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class BatchNormTest {
  private static MultiLayerNetwork network(org.deeplearning4j.nn.conf.layers.Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder().seed(3).list();
    list.layer(new DenseLayer.Builder().nOut(3).build());
    for (org.deeplearning4j.nn.conf.layers.Layer layer : layers) {
      list.layer(layer);
    }
    list.layer(new OutputLayer.Builder().nOut(2).build());
    MultiLayerNetwork network =
        new MultiLayerNetwork(list.setInputType(InputType.feedForward(4)).build());
    network.init();
    return network;
  }

  /** What a layer makes of inputs, by its own description. */
  private static double[] expected(BatchNorm layer, double[] x) {
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      double centered = x[i] - layer.mean()[i];
      double deviation = Math.sqrt(layer.variance()[i] + layer.epsilon());
      y[i] = layer.gamma()[i] * centered / deviation + layer.beta()[i];
    }
    return y;
  }

  private static void predictsBy(MultiLayerNetwork network, BatchNorm layer) {
    INDArray x = Nd4j.rand(1, 4);
    List<INDArray> activations = network.feedForward(x, false);
    int index = Integer.parseInt(layer.key());
    double[] given = activations.get(index).dup().data().asDouble();
    double[] got = activations.get(index + 1).dup().data().asDouble();
    assertThat(got).containsExactly(expected(layer, given), within(1e-5));
  }

  @Test
  void writesStatisticsThatPredictionsGoByWhateverTheLayerKeeps() {
    for (boolean logarithm : new boolean[] {false, true}) {
      MultiLayerNetwork network =
          network(new BatchNormalization.Builder().useLogStd(logarithm).eps(1e-3).build());
      BatchNorm layer = BatchNorm.allOf(network).get(0);
      layer.setStatistics(new double[] {1, -2, 0.5}, new double[] {4, 0.01, 9});
      assertThat(layer.keepsLogDeviation()).isEqualTo(logarithm);
      assertThat(layer.variance()).containsExactly(new double[] {4, 0.01, 9}, within(1e-5));
      predictsBy(network, layer);
    }
  }

  @Test
  void readsTheLowLevelLayer() {
    MultiLayerNetwork network =
        network(new LowLevelBatchNormalization.Builder().decay(0.9).epsilon(0.01).build());
    BatchNorm layer = BatchNorm.allOf(network).get(0);
    layer.setStatistics(new double[] {1, -2, 0.5}, new double[] {4, 0.01, 9});
    assertThat(layer.decay()).isEqualTo(0.9);
    assertThat(layer.epsilon()).isEqualTo(0.01);
    predictsBy(network, layer);
  }

  @Test
  void knowsLockedGammaAndBeta() {
    MultiLayerNetwork network =
        network(new BatchNormalization.Builder().lockGammaBeta(true).gamma(2).beta(0.5).build());
    BatchNorm layer = BatchNorm.allOf(network).get(0);
    assertThat(layer.isLocked()).isTrue();
    assertThat(layer.gamma()).containsExactly(2, 2, 2);
    assertThat(layer.beta()).containsExactly(0.5, 0.5, 0.5);
    predictsBy(network, layer);
  }

  @Test
  void findsLayersOfGraphsInTheOrderOfPredictions() {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("second", new BatchNormalization(), "dense")
                .addLayer("dense", new DenseLayer.Builder().nOut(3).build(), "first")
                .addLayer("first", new BatchNormalization(), "in")
                .addLayer("out", new OutputLayer.Builder().nOut(2).build(), "second")
                .setOutputs("out")
                .setInputTypes(InputType.feedForward(4))
                .build());
    graph.init();
    assertThat(BatchNorm.allOf(graph))
        .extracting(BatchNorm::name)
        .containsExactly("first", "second");
    assertThat(BatchNorm.allOf(graph)).extracting(BatchNorm::features).containsExactly(4, 3);
  }

  @Test
  void refusesStatisticsThatCannotBe() {
    BatchNorm layer = BatchNorm.allOf(network(new BatchNormalization())).get(0);
    assertThatThrownBy(() -> layer.setStatistics(new double[3], new double[] {1, -1, 1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("feature 1 of layer1 cannot have the mean 0.0 and the variance -1.0");
    assertThatThrownBy(() -> layer.setStatistics(new double[2], new double[3]))
        .hasMessage("layer1 has 3 features, got 2 means and 3 variances");
    assertThat(layer.variance()).containsExactly(1, 1, 1);
  }
}
