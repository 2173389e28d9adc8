package io.bnzoo.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bnzoo.ArrayAssert;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/** What is saved can be loaded, with nothing lost; what is larger than it should be cannot. */
class ModelSizesTest {
  @TempDir private Path folder;

  private static MultiLayerNetwork network(MultiLayerConfiguration configuration) {
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }

  private static MultiLayerNetwork network(
      int width, IUpdater updater, WeightInit weights, DataType type) {
    return network(
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .dataType(type)
            .updater(updater)
            .weightInit(weights)
            .list()
            .layer(new DenseLayer.Builder().nIn(100).nOut(width).build())
            .layer(new BatchNormalization())
            .layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build())
            .setInputType(InputType.feedForward(100))
            .build());
  }

  private static void train(MultiLayerNetwork network, DataType type, int epochs) {
    for (int epoch = 0; epoch < epochs; epoch++) {
      network.fit(Nd4j.rand(type, 10, 100), Nd4j.eye(10).castTo(type));
      network.incrementEpochCount();
    }
  }

  private static void assertEqual(MultiLayerNetwork loaded, MultiLayerNetwork saved) {
    ArrayAssert.assertSameBits(loaded.params(), saved.params());
    ArrayAssert.assertSameBits(
        loaded.getUpdater().getStateViewArray(), saved.getUpdater().getStateViewArray());
    assertThat(loaded.getIterationCount()).isEqualTo(saved.getIterationCount());
    assertThat(loaded.getEpochCount()).isEqualTo(saved.getEpochCount());
    assertThat(loaded.getLayerWiseConfigurations()).isEqualTo(saved.getLayerWiseConfigurations());
  }

  /** The last one has 12 million parameters and twice as much state. */
  @ParameterizedTest
  @CsvSource({"1", "100", "10000", "107000"})
  void whatIsSavedIsLoadedWhateverItsSize(int width) throws IOException {
    MultiLayerNetwork saved = network(width, new Adam(0.01), WeightInit.XAVIER, DataType.FLOAT);
    train(saved, DataType.FLOAT, 1);
    Path file = folder.resolve("model.zip");
    ModelFiles.save(saved, file);
    assertEqual((MultiLayerNetwork) ModelFiles.load(file), saved);
  }

  @ParameterizedTest
  @EnumSource(names = {"HALF", "FLOAT", "DOUBLE"})
  void whatIsSavedIsLoadedWhateverItsType(DataType type) throws IOException {
    MultiLayerNetwork saved = network(20, new AMSGrad(0.01), WeightInit.XAVIER, type);
    Path file = folder.resolve("model.zip");
    ModelFiles.save(saved, file);
    MultiLayerNetwork loaded = (MultiLayerNetwork) ModelFiles.load(file);
    ArrayAssert.assertSameBits(
        loaded.params().castTo(DataType.DOUBLE), saved.params().castTo(DataType.DOUBLE));
    assertThat(loaded.params().dataType()).isEqualTo(type);
  }

  /** Zeros shrink to a thousandth. */
  @Test
  void aModelOfZerosIsLoaded() throws IOException {
    MultiLayerNetwork saved = network(10_000, new Adam(0.01), WeightInit.ZERO, DataType.FLOAT);
    Path file = folder.resolve("model.zip");
    ModelFiles.save(saved, file);
    assertThat(Files.size(file)).isGreaterThan(4 * saved.numParams() * 3 / 100);
    assertEqual((MultiLayerNetwork) ModelFiles.load(file), saved);
  }

  @Test
  void aModelWithoutParametersIsLoaded() throws IOException {
    MultiLayerNetwork saved =
        network(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ActivationLayer(Activation.TANH))
                .layer(new LossLayer.Builder().activation(Activation.SOFTMAX).build())
                .build());
    Path file = folder.resolve("model.zip");
    ModelFiles.save(saved, file);
    MultiLayerNetwork loaded = (MultiLayerNetwork) ModelFiles.load(file);
    INDArray input = Nd4j.linspace(0, 1, 4).reshape(1, 4).castTo(DataType.FLOAT);
    ArrayAssert.assertSameBits(loaded.output(input.dup()), saved.output(input.dup()));
  }

  @Test
  void aNetworkIsWhatDeeplearning4jRestores() throws IOException {
    MultiLayerNetwork saved = network(20, new Adam(0.01), WeightInit.XAVIER, DataType.FLOAT);
    train(saved, DataType.FLOAT, 3);
    Path file = folder.resolve("model.zip");
    ModelSerializer.writeModel(saved, file.toFile(), true);
    assertEqual(
        (MultiLayerNetwork) ModelFiles.load(file),
        ModelSerializer.restoreMultiLayerNetwork(file.toFile(), true));
  }

  @Test
  void aGraphIsWhatDeeplearning4jRestores() throws IOException {
    ComputationGraph saved =
        network(20, new Adam(0.01), WeightInit.XAVIER, DataType.FLOAT).toComputationGraph();
    saved.fit(new INDArray[] {Nd4j.rand(10, 100)}, new INDArray[] {Nd4j.eye(10)});
    Path file = folder.resolve("model.zip");
    ModelSerializer.writeModel(saved, file.toFile(), true);
    ComputationGraph loaded = (ComputationGraph) ModelFiles.load(file);
    ComputationGraph stock = ModelSerializer.restoreComputationGraph(file.toFile(), true);
    ArrayAssert.assertSameBits(loaded.params(), stock.params());
    ArrayAssert.assertSameBits(
        loaded.getUpdater().getStateViewArray(), stock.getUpdater().getStateViewArray());
    assertThat(loaded.getConfiguration().getIterationCount()).isEqualTo(1);
    assertThat(loaded.getConfiguration()).isEqualTo(stock.getConfiguration());
  }

  static Stream<IUpdater> updaters() {
    return ClassPathScan.mentioning("org/nd4j/linalg/learning/config/IUpdater").stream()
        .filter(IUpdater.class::isAssignableFrom)
        .filter(type -> !type.isInterface())
        .map(
            type -> {
              try {
                return (IUpdater) type.getDeclaredConstructor().newInstance();
              } catch (ReflectiveOperationException e) {
                throw new LinkageError(type.getName(), e);
              }
            });
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void noUpdaterKeepsMoreForAParameterThanIsAllowed(IUpdater updater) {
    assertThat(updater.stateSize(1)).isLessThanOrEqualTo(StoredConfiguration.LARGEST_STATE);
  }

  @Test
  void aStateOfAnotherLengthIsRefused() throws IOException {
    MultiLayerNetwork adam = network(20, new Adam(0.01), WeightInit.XAVIER, DataType.FLOAT);
    MultiLayerNetwork plain = network(20, new Sgd(0.01), WeightInit.XAVIER, DataType.FLOAT);
    Path file = folder.resolve("model.zip");
    ModelSerializer.writeModel(adam, file.toFile(), true);
    Map<String, byte[]> entries = ModelZip.entries(Files.readAllBytes(file));
    entries.put("configuration.json", plain.getLayerWiseConfigurations().toJson().getBytes(UTF_8));
    Files.write(file, ModelZip.of(entries));
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.load(file))
        .withMessageContaining("its updater keeps 0 values, its entry updaterState.bin has");
  }

  @Test
  void aStateThatTheConfigurationHasNoPlaceForIsRefusedUnread() throws IOException {
    MultiLayerNetwork adam = network(20, new Adam(0.01), WeightInit.XAVIER, DataType.FLOAT);
    Path file = folder.resolve("model.zip");
    ModelSerializer.writeModel(adam, file.toFile(), true);
    Map<String, byte[]> entries = ModelZip.entries(Files.readAllBytes(file));
    entries.put("updaterState.bin", new byte[10_000_000]);
    Files.write(file, ModelZip.of(entries));
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.load(file))
        .withMessageContaining("its entry updaterState.bin unpacks to 10000000 bytes");
  }

  /** A configuration that is as large as the bomb is no excuse for it. */
  @Test
  void aBombThatTheConfigurationHasAPlaceForIsRefusedUnread() throws IOException {
    MultiLayerNetwork one = network(1, new Sgd(0.01), WeightInit.XAVIER, DataType.FLOAT);
    Path file = folder.resolve("model.zip");
    ModelSerializer.writeModel(one, file.toFile(), true);
    Map<String, byte[]> entries = ModelZip.entries(Files.readAllBytes(file));
    String json = new String(entries.get("configuration.json"), UTF_8);
    String wide = json.replaceAll("\"(nin|nout)\" : 1,", "\"$1\" : 1000000,");
    assertThat(wide).isNotEqualTo(json);
    entries.put("configuration.json", wide.getBytes(UTF_8));
    byte[] archive = ModelZip.of(entries);
    int name = new String(archive, ISO_8859_1).lastIndexOf("coefficients.bin"); // In the directory.
    ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN).putInt(name - 46 + 24, 300_000_000);
    Files.write(file, archive);
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.load(file))
        .withMessageContaining("more than 100 times its own size");
  }
}
