package io.bnzoo.layer;

import static io.bnzoo.layer.Networks.dense;
import static io.bnzoo.layer.Networks.step;
import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.ArrayAssert;
import io.bnzoo.samediff.ChannelwiseRuntime;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CacheMode;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.memory.MemoryType;
import org.deeplearning4j.nn.conf.memory.MemoryUseMode;
import org.deeplearning4j.nn.conf.memory.NetworkMemoryReport;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

/** A layer outlives its network: copies, files, other kinds of network, transfer learning. */
class LayerLifeTest {
  private static final DataType TYPE = DataType.FLOAT;

  @Test
  void theMemoryReportCountsParametersAndUpdaterState() {
    MultiLayerNetwork network =
        dense(Networks.settings(TYPE).updater(new Adam(0.01)), Arithmetic.ONE_OPERATION);
    NetworkMemoryReport report =
        network
            .getLayerWiseConfigurations()
            .getMemoryReport(InputType.feedForward(Networks.INPUTS));
    assertThat(report.toString()).contains("LowLevelBatchNormalization");
    long parameters =
        report.getMemoryBytes(
            MemoryType.PARAMETERS, 8, MemoryUseMode.TRAINING, CacheMode.NONE, TYPE);
    assertThat(parameters).isEqualTo(4 * network.numParams());
    long state =
        report.getMemoryBytes(
            MemoryType.UPDATER_STATE, 8, MemoryUseMode.TRAINING, CacheMode.NONE, TYPE);
    assertThat(state).isEqualTo(4 * network.getUpdater(true).getStateViewArray().length());
    assertThat(NetworkMemoryReport.fromJson(report.toJson())).isEqualTo(report);
  }

  @Test
  void whatANetworkSaysWhereMemoryRunsOutCountsTheLayer() {
    assertThat(dense().memoryInfo(8, InputType.feedForward(Networks.INPUTS)))
        .containsPattern("InNetwork +2\\D")
        .containsPattern("BiasRuntime +1\\D");
  }

  @Test
  void aGraphHasAMemoryReportToo() {
    ComputationGraph graph = dense().toComputationGraph();
    InputType input = InputType.feedForward(Networks.INPUTS);
    assertThat(graph.getConfiguration().getMemoryReport(input).toString())
        .contains("LowLevelBatchNormalization");
  }

  @Test
  void theLayerAnswersWhatDeeplearning4jAsksOfItsOwn() {
    MultiLayerNetwork network = dense();
    step(network, 1);
    Layer layer = layer(network);
    assertThat(layer.type()).isEqualTo(Layer.Type.NORMALIZATION);
    assertThat(layer.score()).isZero();
    assertThat(layer.gradient().gradientForVariable()).containsOnlyKeys("gamma", "beta");
    assertThat(layer.gradientAndScore().getFirst()).isSameAs(layer.gradient());
    assertThat(layer.conf().getLayer().toString()).startsWith("LowLevelBatchNormalization(name=");
  }

  @Test
  void anUpdateIsAddedToTheParameters() {
    Layer layer = layer(dense());
    INDArray ones = layer.getParam("gamma").ulike().assign(1);
    Gradient steps = new DefaultGradient();
    steps.setGradientFor("gamma", ones);
    layer.update(steps);
    assertThat(layer.getParam("gamma").minNumber().doubleValue()).isEqualTo(2.25);
  }

  @Test
  void aClonedLayerHasParametersOfItsOwn() {
    Layer layer = layer(dense());
    Layer clone = ((ChannelwiseRuntime) layer).clone();
    ArrayAssert.assertSameBits(clone.params(), layer.params());
    clone.params().addi(1);
    assertThat(layer.getParam("gamma").maxNumber().doubleValue()).isEqualTo(1.25);
    assertThat(clone.getParam("gamma").maxNumber().doubleValue()).isEqualTo(2.25);
  }

  private static Layer layer(MultiLayerNetwork network) {
    return Stream.of(network.getLayers())
        .filter(ChannelwiseRuntime.class::isInstance)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aCloneGoesOnAsTheOriginalDoes() {
    MultiLayerNetwork network = dense();
    step(network, 1);
    MultiLayerNetwork clone = network.clone();
    step(network, 2);
    step(clone, 2);
    ArrayAssert.assertSameBits(clone.params(), network.params());
  }

  @ParameterizedTest
  @EnumSource(Arithmetic.class)
  void aSavedModelGoesOnAsTheOriginalDoes(Arithmetic arithmetic) throws IOException {
    MultiLayerNetwork network =
        Networks.dense(Networks.settings(TYPE).updater(new Adam(0.01)), arithmetic);
    step(network, 1);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, bytes, true);
    MultiLayerNetwork restored =
        ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(bytes.toByteArray()));
    assertThat(restored.getLayerWiseConfigurations())
        .isEqualTo(network.getLayerWiseConfigurations());
    step(network, 2);
    step(restored, 2);
    ArrayAssert.assertSameBits(restored.params(), network.params());
  }

  @ParameterizedTest
  @EnumSource(Arithmetic.class)
  void everySettingSurvivesJson(Arithmetic arithmetic) {
    MultiLayerConfiguration configuration =
        Networks.settings(TYPE)
            .list()
            .layer(
                new LowLevelBatchNormalization.Builder()
                    .name("bn")
                    .features(4)
                    .decay(0.5)
                    .epsilon(0.25)
                    .arithmetic(arithmetic)
                    .updater(new Adam(0.125))
                    .build())
            .layer(new OutputLayer.Builder().nIn(4).nOut(2).build())
            .build();
    MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(configuration.toJson());
    assertThat(read).isEqualTo(configuration);
    LowLevelBatchNormalization layer = (LowLevelBatchNormalization) read.getConf(0).getLayer();
    assertThat(layer.getLayerName()).isEqualTo("bn");
    assertThat(layer.features()).isEqualTo(4);
    assertThat(layer.decay()).isEqualTo(0.5);
    assertThat(layer.epsilon()).isEqualTo(0.25);
    assertThat(layer.arithmetic()).isEqualTo(arithmetic);
    assertThat(layer.getUpdaterByParam("gamma")).isEqualTo(new Adam(0.125));
  }

  @Test
  void differentSettingsAreNotEqual() {
    LowLevelBatchNormalization layer = new LowLevelBatchNormalization.Builder().build();
    assertThat(layer)
        .isEqualTo(new LowLevelBatchNormalization.Builder().build())
        .hasSameHashCodeAs(new LowLevelBatchNormalization.Builder().build())
        .isNotEqualTo(new LowLevelBatchNormalization.Builder().decay(0.9).build())
        .isNotEqualTo(new LowLevelBatchNormalization.Builder().epsilon(0.1).build())
        .isNotEqualTo(new LowLevelBatchNormalization.Builder().features(3).build())
        .isNotEqualTo(
            new LowLevelBatchNormalization.Builder().arithmetic(Arithmetic.SPELT_OUT).build());
  }

  @Test
  void aComputationGraphTrainsAsASequentialNetworkDoes() throws IOException {
    MultiLayerNetwork network = dense();
    ComputationGraph graph = network.toComputationGraph();
    for (int seed = 1; seed <= 3; seed++) {
      step(network, seed);
      graph.fit(new DataSet(Networks.batch(TYPE, seed), Networks.labels(TYPE)));
    }
    ArrayAssert.assertSameBits(graph.params(), network.params());
    INDArray batch = Networks.batch(TYPE, 9);
    ArrayAssert.assertSameBits(graph.output(batch)[0], network.output(batch));

    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, bytes, true);
    ComputationGraph restored =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(bytes.toByteArray()));
    ArrayAssert.assertSameBits(restored.output(batch)[0], network.output(batch));
    assertThat(ComputationGraphConfiguration.fromJson(graph.getConfiguration().toJson()))
        .isEqualTo(graph.getConfiguration());
  }

  @Test
  void frozenByTransferLearningItKeepsItsStatistics() {
    MultiLayerNetwork network = dense();
    step(network, 1);
    MultiLayerNetwork tuned =
        new TransferLearning.Builder(network)
            .fineTuneConfiguration(new FineTuneConfiguration.Builder().updater(new Sgd(1)).build())
            .setFeatureExtractor(3)
            .removeOutputLayer()
            .addLayer(new OutputLayer.Builder().nIn(Networks.UNITS).nOut(Networks.CLASSES).build())
            .build();
    INDArray frozen = tuned.getLayer("bn1").params().dup();
    ArrayAssert.assertSameBits(frozen, network.getLayer("bn1").params());
    INDArray free = tuned.getLayer("bn2").params().dup();
    step(tuned, 2);
    ArrayAssert.assertSameBits(tuned.getLayer("bn1").params(), frozen);
    assertThat(tuned.getLayer("bn2").params().sub(free).norm2Number().doubleValue()).isPositive();
  }

  @Test
  void frozenWithBackpropagationItKeepsItsStatisticsAndPassesTheGradientOn() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Networks.settings(TYPE)
                .list()
                .layer(new DenseLayer.Builder().nIn(Networks.INPUTS).nOut(4).build())
                .layer(
                    new FrozenLayerWithBackprop(
                        new LowLevelBatchNormalization.Builder().features(4).build()))
                .layer(new OutputLayer.Builder().nIn(4).nOut(Networks.CLASSES).build())
                .build());
    network.init();
    INDArray frozen = network.getLayer(1).params().dup();
    INDArray below = network.getLayer(0).params().dup();
    step(network, 1);
    ArrayAssert.assertSameBits(network.getLayer(1).params(), frozen);
    assertThat(network.getLayer(0).params().sub(below).norm2Number().doubleValue()).isPositive();
  }

  @Test
  void itCanBeAddedInTransferLearning() {
    MultiLayerNetwork network = dense();
    MultiLayerNetwork longer =
        new TransferLearning.Builder(network)
            .fineTuneConfiguration(new FineTuneConfiguration.Builder().updater(new Sgd(1)).build())
            .removeOutputLayer()
            .addLayer(
                new LowLevelBatchNormalization.Builder()
                    .name("bn3")
                    .features(Networks.UNITS)
                    .build())
            .addLayer(new OutputLayer.Builder().nIn(Networks.UNITS).nOut(Networks.CLASSES).build())
            .build();
    ArrayAssert.assertSameBits(
        longer.getLayer("bn2").params().dup(), network.getLayer("bn2").params());
    INDArray before = longer.getLayer("bn3").getParam("populationMean").dup();
    step(longer, 1);
    INDArray moved = longer.getLayer("bn3").getParam("populationMean").sub(before);
    assertThat(moved.norm2Number().doubleValue()).isPositive();
  }

  @Test
  void workspacesMakeNoDifference() {
    MultiLayerNetwork with = dense();
    MultiLayerNetwork without =
        Networks.dense(
            Networks.settings(TYPE)
                .trainingWorkspaceMode(WorkspaceMode.NONE)
                .inferenceWorkspaceMode(WorkspaceMode.NONE),
            Arithmetic.ONE_OPERATION);
    step(with, 1);
    step(without, 1);
    ArrayAssert.assertSameBits(without.params(), with.params());
    INDArray batch = Networks.batch(TYPE, 2);
    ArrayAssert.assertSameBits(without.output(batch), with.output(batch));
  }

  @Test
  void aConfigurationIsTheSameBeforeAndAfterItIsInitialized() {
    MultiLayerNetwork network = dense();
    MultiLayerConfiguration read =
        MultiLayerConfiguration.fromJson(network.getLayerWiseConfigurations().toJson());
    LowLevelBatchNormalization used =
        (LowLevelBatchNormalization) network.getLayerWiseConfigurations().getConf(1).getLayer();
    LowLevelBatchNormalization unused = (LowLevelBatchNormalization) read.getConf(1).getLayer();
    assertThat(unused).isEqualTo(used).hasSameHashCodeAs(used);
  }
}
