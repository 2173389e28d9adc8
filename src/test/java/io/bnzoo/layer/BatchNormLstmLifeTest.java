package io.bnzoo.layer;

import static io.bnzoo.layer.RecurrentNetworks.LENGTH;
import static io.bnzoo.layer.RecurrentNetworks.OUTPUTS;
import static io.bnzoo.layer.RecurrentNetworks.layer;
import static io.bnzoo.layer.RecurrentNetworks.masked;
import static io.bnzoo.layer.RecurrentNetworks.network;
import static io.bnzoo.layer.RecurrentNetworks.sequences;
import static io.bnzoo.layer.RecurrentNetworks.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.CacheMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.memory.MemoryType;
import org.deeplearning4j.nn.conf.memory.MemoryUseMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What else Deeplearning4j does to a layer. */
class BatchNormLstmLifeTest {
  private final DataSet data = sequences(DataType.FLOAT, 1);

  private static MultiLayerNetwork small() {
    return network(
        settings(DataType.FLOAT).updater(new Adam(0.01)),
        RNNFormat.NCW,
        layer(3).initialGamma(0.3).decay(0.9).forgetBias(2).epsilon(1e-4).build());
  }

  @Test
  void aSavedNetworkTrainsOnAsIfNothingHadHappened(@TempDir Path folder) throws IOException {
    MultiLayerNetwork network = small();
    network.fit(data);
    Path file = folder.resolve("model.zip");
    ModelSerializer.writeModel(network, file.toFile(), true);
    MultiLayerNetwork restored = ModelSerializer.restoreMultiLayerNetwork(file.toFile(), true);
    assertThat(restored.getLayerWiseConfigurations())
        .isEqualTo(network.getLayerWiseConfigurations());
    assertThat(restored.params()).isEqualTo(network.params());
    assertThat(restored.output(data.getFeatures())).isEqualTo(network.output(data.getFeatures()));
    network.fit(data);
    restored.fit(data);
    assertThat(restored.params()).isEqualTo(network.params());
  }

  @Test
  void theConfigurationSurvivesJsonWithEverySetting() {
    MultiLayerConfiguration configuration =
        network(
                settings(DataType.FLOAT),
                RNNFormat.NWC,
                layer(7)
                    .initialGamma(0.3)
                    .decay(0.9)
                    .forgetBias(2)
                    .epsilon(1e-4)
                    .initialStateNoise(0.2)
                    .build())
            .getLayerWiseConfigurations();
    MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(configuration.toJson());
    assertThat(read).isEqualTo(configuration);
    BatchNormLstm layer = (BatchNormLstm) read.getConf(0).getLayer();
    assertThat(layer.steps()).isEqualTo(7);
    assertThat(layer.initialGamma()).isEqualTo(0.3);
    assertThat(layer.decay()).isEqualTo(0.9);
    assertThat(layer.forgetBias()).isEqualTo(2);
    assertThat(layer.epsilon()).isEqualTo(1e-4);
    assertThat(layer.initialStateNoise()).isEqualTo(0.2);
    assertThat(layer.getWeightInitFnRecurrent()).isEqualTo(OrthogonalInit.ofRecurrentWeights());
    assertThat(layer).isNotEqualTo(layer(8).build());
  }

  @Test
  void settingsFromAFileAreCheckedBeforeAnythingIsMadeOfThem() {
    String json = small().getLayerWiseConfigurations().toJson();
    MultiLayerConfiguration read =
        MultiLayerConfiguration.fromJson(json.replace("\"steps\" : 3", "\"steps\" : -3"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MultiLayerNetwork(read).init())
        .withMessage("steps must be at least 1, got -3");
  }

  @Test
  void aCloneIsIndependent() {
    MultiLayerNetwork network = small();
    MultiLayerNetwork clone = network.clone();
    INDArray before = clone.params().dup();
    network.fit(data);
    assertThat(clone.params()).isEqualTo(before);
    clone.fit(data);
    assertThat(clone.params()).isEqualTo(network.params());
    assertThat(((BatchNormLstmRuntime) network.getLayer(0)).clone().params())
        .isEqualTo(network.getLayer(0).params());
  }

  @Test
  void aGraphComputesWhatTheSequenceOfLayersDoes() {
    MultiLayerNetwork network = small();
    ComputationGraph graph = network.toComputationGraph();
    DataSet masked = masked(DataType.FLOAT, 1);
    network.fit(masked);
    graph.fit(masked);
    assertThat(graph.params()).isEqualTo(network.params());
    INDArray first =
        data.getFeatures().get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(0));
    assertThat(graph.rnnTimeStep(first)[0]).isEqualTo(network.rnnTimeStep(first));
    assertThat(graph.rnnTimeStep(first)[0]).isEqualTo(network.rnnTimeStep(first));
  }

  @Test
  void frozenItsStatisticsStayAndAreWhatItNormalizesBy() {
    MultiLayerNetwork network = small();
    network.fit(data);
    MultiLayerNetwork frozen =
        new TransferLearning.Builder(network)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Sgd(0.1)).build())
            .setFeatureExtractor(0)
            .build();
    INDArray before = frozen.getLayer(0).params().dup();
    INDArray output = frozen.output(data.getFeatures()).dup();
    assertThat(output).isEqualTo(network.output(data.getFeatures()));
    frozen.fit(data);
    assertThat(frozen.getLayer(0).params()).isEqualTo(before);
    assertThat(frozen.output(data.getFeatures())).isNotEqualTo(output);
  }

  @Test
  void itsSizeCanBeReplacedAndANewUpdaterSparesTheStatistics() {
    MultiLayerNetwork tuned =
        new TransferLearning.Builder(small())
            .fineTuneConfiguration(new FineTuneConfiguration.Builder().updater(new Sgd(0)).build())
            .nOutReplace(0, OUTPUTS + 2, WeightInit.XAVIER)
            .build();
    INDArray weights = tuned.getLayer(0).getParam("W").dup();
    assertThat(weights.shape()[1]).isEqualTo(4 * (OUTPUTS + 2));
    tuned.fit(data);
    assertThat(tuned.getLayer(0).getParam("W")).isEqualTo(weights);
    assertThat(tuned.getLayer(0).getParam("varianceInput").minNumber().doubleValue())
        .isNotEqualTo(1);
  }

  @Test
  void truncatedBackpropagationCarriesStateAndTheNumberOfTheStep() {
    MultiLayerConfiguration configuration =
        settings(DataType.FLOAT)
            .updater(new Sgd(0))
            .list()
            .layer(layer(LENGTH).decay(0).build())
            .layer(
                new RnnOutputLayer.Builder(LossFunction.MCXENT)
                    .nOut(RecurrentNetworks.CLASSES)
                    .activation(Activation.SOFTMAX)
                    .build())
            .backpropType(BackpropType.TruncatedBPTT)
            .tBPTTLength(2)
            .setInputType(InputType.recurrent(RecurrentNetworks.INPUTS))
            .build();
    MultiLayerNetwork truncated = new MultiLayerNetwork(configuration);
    truncated.init();
    MultiLayerNetwork whole =
        network(
            settings(DataType.FLOAT).updater(new Sgd(0)),
            RNNFormat.NCW,
            layer(LENGTH).decay(0).build());
    truncated.fit(data);
    whole.fit(data);
    // With decay 0 the statistics are the batch's, each step's in its own row.
    for (String name : new String[] {"meanState", "varianceState", "meanCell", "varianceCell"}) {
      INDArray expected = whole.getLayer(0).getParam(name);
      assertThat(truncated.getLayer(0).getParam(name).equalsWithEps(expected, 1e-6))
          .as(name)
          .isTrue();
    }
  }

  @Test
  void worksInBothDirectionsAndWithTheLastStepAlone() {
    MultiLayerConfiguration configuration =
        settings(DataType.FLOAT)
            .updater(new Adam(0.02))
            .list()
            .layer(new Bidirectional(Bidirectional.Mode.CONCAT, layer(LENGTH).build()))
            .layer(new LastTimeStep(layer(LENGTH).build()))
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nOut(RecurrentNetworks.CLASSES)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.recurrent(RecurrentNetworks.INPUTS, LENGTH))
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    DataSet masked = masked(DataType.FLOAT, 1);
    INDArray labels = Nd4j.zeros(RecurrentNetworks.SEQUENCES, RecurrentNetworks.CLASSES);
    for (int n = 0; n < labels.rows(); n++) {
      labels.putScalar(n, n % 2, 1);
    }
    DataSet examples =
        new DataSet(masked.getFeatures(), labels, masked.getFeaturesMaskArray(), null);
    double before = network.score(examples, true);
    for (int i = 0; i < 60; i++) {
      network.fit(examples);
    }
    assertThat(network.score(examples, true)).isLessThan(before / 2);
    assertThat(network.params().isNaN().any()).isFalse();
  }

  @Test
  void theMemoryReportCountsItsParameters() {
    NeuralNetConfiguration conf = small().getLayerWiseConfigurations().getConf(0);
    assertThat(
            conf.getLayer()
                .getMemoryReport(InputType.recurrent(RecurrentNetworks.INPUTS, LENGTH))
                .getMemoryBytes(
                    MemoryType.PARAMETERS,
                    1,
                    MemoryUseMode.INFERENCE,
                    CacheMode.NONE,
                    DataType.FLOAT))
        .isEqualTo(4 * small().getLayer(0).numParams());
  }
}
