package io.bnzoo.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.LowLevelBatchNormalization;
import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

class RunningVariancesTest {
  private static final Layer VARIANCE = new BatchNormalization.Builder().useLogStd(false).build();
  private static final Layer LOGARITHM = new BatchNormalization.Builder().useLogStd(true).build();
  private static final Layer LOW_LEVEL = new LowLevelBatchNormalization.Builder().build();

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(floats = {-0.5f, Float.NaN, Float.POSITIVE_INFINITY})
  void aVarianceThatIsNoneIsRefusedWithTheLayersName(float value) throws IOException {
    assertRefused(network(VARIANCE), "var", value, "running variance " + value);
    assertRefused(network(LOW_LEVEL), "populationVariance", value, "running variance " + value);
    assertRefused(network(new FrozenLayer(VARIANCE)), "var", value, "running variance " + value);
  }

  @ParameterizedTest
  @ValueSource(floats = {20, Float.NaN, Float.POSITIVE_INFINITY})
  void aLogarithmOfNoVarianceIsRefusedWithTheLayersName(float value) throws IOException {
    assertRefused(
        network(LOGARITHM), "log10stdev", value, "running standard deviation 10^" + value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1_varianceInput", "1_varianceState", "1_varianceCell", "2_fvarianceCell"})
  void oneOfATimeStepIsRefusedWithTheLayersName(String statistic) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new LSTM.Builder().nOut(4).build())
                .layer(new BatchNormLstm.Builder(3).nOut(4).name("norm").build())
                .layer(new Bidirectional(new BatchNormLstm.Builder(3).nOut(4).name("both").build()))
                .layer(new RnnLossLayer.Builder(new LossMSE()).build())
                .setInputType(InputType.recurrent(5))
                .build());
    network.init();
    network.setParam(statistic, network.getParam(statistic).dup().putScalar(2, 3, -1));
    assertRefused(
        network,
        (statistic.startsWith("1") ? "norm" : "layer2") + " has the running variance -1.0");
  }

  @Test
  void aGraphsLayerIsNamed() throws IOException {
    MultiLayerNetwork network = network(VARIANCE);
    network.setParam("1_var", network.getParam("1_var").assign(-1));
    // Deeplearning4j names the vertices by the layers' places.
    assertRefused(network.toComputationGraph(), "its layer 1 has the running variance -1.0");
  }

  @Test
  void aVarianceOfZeroAndASmallLogarithmAreLoaded() throws IOException {
    assertThat(load(withStatistic(network(VARIANCE), "var", 0))).isNotNull();
    assertThat(load(withStatistic(network(LOGARITHM), "log10stdev", -19))).isNotNull();
  }

  private void assertRefused(MultiLayerNetwork network, String statistic, float value, String text)
      throws IOException {
    assertRefused(withStatistic(network, statistic, value), "its layer norm has the " + text);
  }

  private void assertRefused(Model model, String text) {
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> load(model))
        .withMessageContaining(text)
        .withMessageEndingWith("read it with ModelSerializer and give it to Recalibration")
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  private Model load(Model model) throws IOException {
    Path file = folder.resolve("model.zip");
    ModelSerializer.writeModel(model, file.toFile(), true);
    return ModelFiles.load(file);
  }

  private static MultiLayerNetwork withStatistic(
      MultiLayerNetwork network, String statistic, float value) {
    network.getLayer(1).paramTable().get(statistic).putScalar(2, value);
    return network;
  }

  private static MultiLayerNetwork network(Layer batchNorm) {
    Layer named = batchNorm.clone();
    named.setLayerName("norm");
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .list()
                .layer(new DenseLayer.Builder().nOut(4).build())
                .layer(named)
                .layer(new OutputLayer.Builder().nOut(3).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.feedForward(5))
                .build());
    network.init();
    return network;
  }
}
