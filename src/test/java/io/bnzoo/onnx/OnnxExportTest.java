package io.bnzoo.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.bnzoo.ArrayAssert;
import io.bnzoo.bench.OnnxSession;
import io.bnzoo.compiler.Operation;
import io.bnzoo.engine.RandomNetwork;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.storage.ModelOrigin;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.storage.Versions;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.ValueInfoProto;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What is in a file, besides numbers that are right. */
class OnnxExportTest {
  private static final InputType DIGITS = InputType.convolutional(28, 28, 1, CNN2DFormat.NHWC);

  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("model.onnx");
  }

  private ModelProto read() throws IOException {
    return ModelProto.parseFrom(Files.readAllBytes(file()));
  }

  private static MultiLayerNetwork network(InputType input, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder().seed(2).list();
    Stream.of(layers).forEach(list::layer);
    MultiLayerNetwork network = new MultiLayerNetwork(list.setInputType(input).build());
    network.init();
    RandomNetwork.disturb(network);
    return network;
  }

  private static Layer output() {
    return new OutputLayer.Builder().nOut(3).activation(Activation.SOFTMAX).build();
  }

  private List<String> operators() throws IOException {
    return read().getGraph().getNodeList().stream().map(NodeProto::getOpType).toList();
  }

  @Test
  void isOfTheVersionsThatAllRuntimesRead() throws IOException {
    OnnxExport.write(DeepCnn.builder().build().init(), DIGITS, file());
    assertThat(read().getIrVersion()).isEqualTo(8);
    assertThat(read().getOpsetImportList())
        .singleElement()
        .satisfies(set -> assertThat(set.getVersion()).isEqualTo(15))
        .satisfies(set -> assertThat(set.getDomain()).isEmpty());
  }

  @Test
  void nodesHaveTheNamesOfLayers() throws IOException {
    MultiLayerNetwork network =
        DeepCnn.builder().normalization(Normalization.batchNorm()).build().init();
    ExportedModel exported = OnnxExport.write(network, DIGITS, file());
    List<String> nodes = read().getGraph().getNodeList().stream().map(NodeProto::getName).toList();
    List<String> layers =
        Arrays.stream(network.getLayers())
            .map(layer -> layer.conf().getLayer().getLayerName())
            .toList();
    assertThat(nodes).containsAll(layers).doesNotHaveDuplicates();
    assertThat(nodes.get(0)).isEqualTo("input/Transpose");
    assertThat(exported.nodes()).isEqualTo(nodes.size());
    long normalizations =
        Arrays.stream(network.getLayers())
            .filter(layer -> layer.conf().getLayer() instanceof BatchNormalization)
            .count();
    assertThat(exported.batchNormalizations()).isEqualTo(normalizations).isPositive();
    assertThat(operators()).doesNotContain("Dropout");
  }

  @Test
  void theNumberOfExamplesIsFree() throws IOException {
    ExportedModel exported = OnnxExport.write(DeepCnn.builder().build().init(), DIGITS, file());
    assertThat(exported.inputs())
        .singleElement()
        .hasToString("Tensor[name=input, shape=[28, 28, 1]]");
    assertThat(exported.outputs().get(0).description()).endsWith(" [batch, 10]");
    for (ValueInfoProto value :
        List.of(read().getGraph().getInput(0), read().getGraph().getOutput(0))) {
      assertThat(value.getType().getTensorType().getShape().getDim(0).getDimParam())
          .isEqualTo("batch");
    }
  }

  @Test
  void convolutionsOfMoreThanAPixelSayTheirPadding() throws IOException {
    OnnxExport.write(DeepCnn.builder().build().init(), DIGITS, file());
    List<List<Long>> pads =
        read().getGraph().getNodeList().stream()
            .filter(node -> node.getOpType().equals("Conv"))
            .flatMap(node -> node.getAttributeList().stream())
            .filter(attribute -> attribute.getName().equals("pads"))
            .map(AttributeProto::getIntsList)
            .toList();
    assertThat(pads).hasSize(15).contains(List.of(0L, 0L, 1L, 1L), List.of(1L, 1L, 1L, 1L));
    assertThat(read().getGraph().getNodeList())
        .allSatisfy(
            node ->
                assertThat(node.getAttributeList())
                    .noneMatch(attribute -> attribute.getName().equals("auto_pad")));
  }

  @Test
  void theManifestIsMetadata() throws IOException {
    MultiLayerNetwork network = ThreeLayerMlp.builder().build().init();
    Path zip = folder.resolve("model.zip");
    ModelFiles.save(
        network, zip, new ModelOrigin(ThreeLayerMlp.builder().build().spec(), "0123abcd", 7));
    OnnxExport.write(ModelFiles.open(zip), List.of(InputType.feedForward(784)), file());
    try (OnnxSession session = OnnxSession.open(file(), 1)) {
      assertThat(session.metadata())
          .containsEntry("batch_norm_statistics", "running")
          .containsEntry("batch_norm_nodes", "0")
          .containsEntry("deeplearning4j", Versions.deeplearning4j());
      assertThat(session.metadata().get("bnzoo.json"))
          .contains("\"dataSha256\":\"0123abcd\"", "\"batches\":7", "configuration.json");
    }
  }

  @Test
  void metadataOfAFoldedModelTellTheOtherOneFromIt() throws IOException {
    ThreeLayerMlp model = ThreeLayerMlp.builder().normalization(Normalization.batchNorm()).build();
    Path zip = folder.resolve("model.zip");
    ModelFiles.save(model.init(), zip, new ModelOrigin(model.spec(), "0123abcd", 7));
    List<InputType> inputs = List.of(InputType.feedForward(784));
    OnnxExport.writeFolded(ModelFiles.open(zip), "that one", inputs, file());
    try (OnnxSession session = OnnxSession.open(file(), 1)) {
      assertThat(session.metadata())
          .containsEntry("folded_from", "that one")
          .containsEntry("batch_norm_nodes", "0")
          .doesNotContainKey("bnzoo.json");
      assertThat(session.metadata().get("folded"))
          .contains("{\"layer\":\"fc1-bn\",\"into\":[\"fc1\"]}");
      assertThat(session.metadata().get("folded_from_bnzoo.json")).contains("0123abcd");
    }
    assertThat(read().getDocString()).contains("folded");
  }

  @Test
  void whereNothingIsFoldedNothingIsSaidOfIt() throws IOException {
    Path zip = folder.resolve("model.zip");
    ModelFiles.save(ThreeLayerMlp.builder().build().init(), zip);
    List<InputType> inputs = List.of(InputType.feedForward(784));
    OnnxExport.writeFolded(ModelFiles.open(zip), "that one", inputs, file());
    try (OnnxSession session = OnnxSession.open(file(), 1)) {
      assertThat(session.metadata()).containsKey("bnzoo.json");
      assertThat(session.metadata().keySet()).noneMatch(key -> key.startsWith("folded"));
    }
    assertThat(read().getDocString()).doesNotContain("folded");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void variancesAreVariances(boolean isLogarithm) throws IOException {
    MultiLayerNetwork network =
        network(
            InputType.feedForward(4),
            new BatchNormalization.Builder().useLogStd(isLogarithm).name("bn").build(),
            output());
    INDArray stored = network.getLayer(0).getParam(isLogarithm ? "log10stdev" : "var");
    stored.assign(isLogarithm ? Math.log10(Math.sqrt(7)) : 7);
    OnnxExport.write(network, InputType.feedForward(4), file());
    TensorProto variances =
        read().getGraph().getInitializerList().stream()
            .filter(constant -> constant.getName().equals("bn.var"))
            .findFirst()
            .orElseThrow();
    float[] values = new float[4];
    variances
        .getRawData()
        .asReadOnlyByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    for (float value : values) {
      assertThat((double) value).isCloseTo(7, within(1e-5));
    }
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void lockedGammaAndBetaAreConstants(CNN2DFormat format) throws IOException {
    InputType input = InputType.convolutional(5, 4, 2, format);
    MultiLayerNetwork network =
        network(
            input,
            new BatchNormalization.Builder()
                .lockGammaBeta(true)
                .gamma(1.5)
                .beta(-0.25)
                .dataFormat(format)
                .build(),
            new ConvolutionLayer.Builder(2, 2).nOut(3).dataFormat(format).build(),
            output());
    new ExportComparison(network, List.of(input), folder).assertSameOutputs(1, 5);
  }

  /** Runtimes have no such pooling; and one of them joins padding with what follows. */
  static Stream<List<Layer>> unusualPoolings() {
    return Stream.of(SubsamplingLayer.PoolingType.MAX, SubsamplingLayer.PoolingType.AVG)
        .flatMap(
            type ->
                Stream.of(
                    List.<Layer>of(
                        new SubsamplingLayer.Builder(type)
                            .kernelSize(2, 2)
                            .stride(1, 2)
                            .dilation(5, 4)
                            .convolutionMode(ConvolutionMode.Same)
                            .build()),
                    List.<Layer>of(
                        new ZeroPaddingLayer.Builder(2, 0, 3, 1).build(),
                        new SubsamplingLayer.Builder(type)
                            .kernelSize(1, 2)
                            .stride(1, 1)
                            .convolutionMode(ConvolutionMode.Same)
                            .build())));
  }

  @ParameterizedTest
  @MethodSource("unusualPoolings")
  void unusualPoolingsAreExported(List<Layer> layers) throws IOException {
    InputType input = InputType.convolutional(9, 8, 2);
    Layer signed = new ConvolutionLayer.Builder(1, 1).nOut(4).activation(Activation.TANH).build();
    Layer[] all =
        Stream.of(Stream.of(signed), layers.stream(), Stream.of(output()))
            .flatMap(each -> each)
            .toArray(Layer[]::new);
    new ExportComparison(network(input, all), List.of(input), folder).assertSameOutputs(1, 5);
  }

  @Test
  void everyOperationHasNodesButThoseOfRecurrentNetworks() {
    OperationNodes nodes = new OperationNodes(new NodeList(), Nd4j.zeros(1));
    assertThat(records(Operation.class).filter(nodes::knows)).hasSizeGreaterThan(20);
    assertThat(records(Operation.class).filter(type -> !nodes.knows(type)))
        .map(Class::getSimpleName)
        .containsExactlyInAnyOrder("SequenceOp", "LstmOp");
  }

  private static Stream<Class<?>> records(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(OnnxExportTest::records)
        : Stream.of(type);
  }

  static Stream<DataNormalization> normalizers() {
    Nd4j.getRandom().setSeed(3);
    DataSet bytes =
        new DataSet(Nd4j.rand(DataType.FLOAT, 50, 3, 4, 5).muli(255), Nd4j.zeros(50, 3));
    DataSet flatUnits = new DataSet(Nd4j.rand(DataType.FLOAT, 50, 60), Nd4j.zeros(50, 3));
    NormalizerStandardize standardize = new NormalizerStandardize();
    standardize.fit(bytes);
    NormalizerMinMaxScaler flat = new NormalizerMinMaxScaler(-1, 2);
    flat.fit(flatUnits);
    return Stream.of(standardize, flat, new ImagePreProcessingScaler(-1, 1));
  }

  @ParameterizedTest
  @MethodSource("normalizers")
  void aNormalizerComesFirst(DataNormalization normalizer) throws IOException {
    InputType input = InputType.convolutional(4, 5, 3, CNN2DFormat.NHWC);
    MultiLayerNetwork network =
        network(
            input,
            new ConvolutionLayer.Builder(2, 2).nOut(3).dataFormat(CNN2DFormat.NHWC).build(),
            output());
    Path zip = folder.resolve("model.zip");
    ModelSerializer.writeModel(network, zip.toFile(), false);
    ModelSerializer.addNormalizerToModel(zip.toFile(), normalizer);
    StoredModel stored = ModelFiles.open(zip);
    OnnxExport.write(stored, List.of(input), file());
    ExportComparison.assertValid(file());
    int white = stored.normalizer().orElseThrow().pixels().white();
    INDArray channelsFirst = Nd4j.rand(DataType.FLOAT, 5, 3, 4, 5).muli(white);
    INDArray normalized = channelsFirst.dup();
    if (normalizer instanceof NormalizerMinMaxScaler) {
      normalized = normalized.reshape('c', 5, 60);
    }
    normalizer.transform(normalized);
    INDArray expected =
        network.output(normalized.reshape('c', 5, 3, 4, 5).permute(0, 2, 3, 1).dup('c'));
    try (OnnxSession session = OnnxSession.open(file(), 1)) {
      INDArray found = session.output(channelsFirst.permute(0, 2, 3, 1).dup('c'))[0];
      ArrayAssert.assertClose(found, expected, 1e-5, 0);
      assertThat(session.metadata())
          .containsEntry("pixels", "0 to " + white)
          .containsKey("normalizer");
    }
  }

  @Test
  void aNormalizerOfOtherImagesIsRefused() throws IOException {
    MultiLayerNetwork network = network(InputType.feedForward(60), output());
    Path zip = folder.resolve("model.zip");
    ModelSerializer.writeModel(network, zip.toFile(), false);
    NormalizerStandardize normalizer = new NormalizerStandardize();
    normalizer.fit(new DataSet(Nd4j.rand(DataType.FLOAT, 50, 7), Nd4j.zeros(50, 3)));
    ModelSerializer.addNormalizerToModel(zip.toFile(), normalizer);
    StoredModel stored = ModelFiles.open(zip);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OnnxExport.write(stored, List.of(InputType.feedForward(60)), file()))
        .withMessageContaining("its normalizer was fitted on other images");
    assertThat(file()).doesNotExist();
  }

  @Test
  void whatIsNotKnownIsRefusedByItsName() {
    InputType sequences = InputType.recurrent(3, 6);
    MultiLayerNetwork recurrent =
        network(
            sequences,
            new LSTM.Builder().nOut(4).name("memory").build(),
            new RnnOutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OnnxExport.write(recurrent, sequences, file()))
        .withMessageStartingWith("it cannot be written as ONNX: ");
    MultiLayerNetwork activated =
        network(
            InputType.feedForward(4),
            new DenseLayer.Builder().nOut(4).name("odd").activation(Activation.CUBE).build(),
            output());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OnnxExport.write(activated, InputType.feedForward(4), file()))
        .withMessageContaining("odd");
    MultiLayerNetwork last =
        network(
            InputType.feedForward(4),
            new OutputLayer.Builder(LossFunction.MSE)
                .nOut(3)
                .name("last")
                .activation(Activation.CUBE)
                .build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OnnxExport.write(last, InputType.feedForward(4), file()))
        .withMessageContaining("last");
    assertThat(file()).doesNotExist();
  }

  /** ONNX's checker as Python has it, of another version than the one that the other tests ask. */
  @Test
  void pythonsCheckerFindsNothingEither() throws IOException, InterruptedException {
    assumeThat(python("import onnx")).as("/usr/bin/python3 has no package onnx").isZero();
    OnnxExport.write(DeepCnn.builder().build().init(), DIGITS, file());
    String check = "import onnx, sys; onnx.checker.check_model(sys.argv[1], full_check=True)";
    assertThat(python(check, file().toString())).isZero();
  }

  /** Runs a line of Python; 127 where there is none. */
  private static int python(String line, String... arguments)
      throws IOException, InterruptedException {
    Path python = Path.of("/usr/bin/python3");
    if (!Files.isExecutable(python)) {
      return 127;
    }
    List<String> command = new ArrayList<>(List.of(python.toString(), "-c", line));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
  }

  /** Later ones report to their maker, and crash where the class path is long. */
  @Test
  void onnxRuntimeIsTheVersionThatWasChosen() {
    assertThat(OnnxSession.runtimeVersion()).isEqualTo("1.28.0");
  }
}
