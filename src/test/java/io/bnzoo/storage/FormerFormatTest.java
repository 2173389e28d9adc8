package io.bnzoo.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bnzoo.ArrayAssert;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Files of releases before 1.0.0, written by hand as those wrote them. */
class FormerFormatTest {
  /** Dense 4 to 3, ReLU; output 3 to 2, softmax. */
  private static final int PARAMETERS = 4 * 3 + 3 + 3 * 2 + 2;

  private static final String DENSE =
      """
      {"dense": {"activationFn": {"ReLU": {}}, "adamMeanDecay": "NaN", "biasInit": 0.0,
        "biasLearningRate": 0.1, "dist": %s, "gradientNormalization": "None",
        "gradientNormalizationThreshold": 1.0,
        "iupdater": {"@class": "org.nd4j.linalg.learning.config.Nesterovs",
          "learningRate": 0.1, "momentum": 0.9},
        "l1": 0.0, "l1Bias": 0.0, "l2": 0.001, "l2Bias": 0.0, "layerName": "first",
        "learningRate": 0.1, "momentum": 0.9, "nin": 4, "nout": 3, "updater": "NESTEROVS",
        "weightInit": "%s"}}""";

  private static final String OUTPUT =
      """
      {"output": {"activationFn": {"Softmax": {}}, "biasInit": 0.0, "gradientNormalization": "None", "gradientNormalizationThreshold": 1.0,
        "iupdater": {"@class": "org.nd4j.linalg.learning.config.Nesterovs",
          "learningRate": 0.1, "momentum": 0.9},
        "l1": 0.0, "l2": 0.0, "layerName": "last", "lossFn": {"MCXENT": {"softmaxClipEps": 1e-10}},
        "nin": 3, "nout": 2, "updater": "NESTEROVS", "weightInit": "XAVIER"}}""";

  @TempDir private Path folder;

  private static String layer(String layer) {
    return """
        {"layer": %s, "maxNumLineSearchIterations": 5, "miniBatch": true, "minimize": true,
          "optimizationAlgo": "STOCHASTIC_GRADIENT_DESCENT", "seed": 1, "stepFunction": null,
          "useDropConnect": false, "useRegularization": true, "variables": ["W", "b"]}"""
        .formatted(layer);
  }

  private static String sequence(String weightInit, String distribution) {
    return """
        {"backprop": true, "backpropType": "Standard", "confs": [%s, %s],
          "inputPreProcessors": {}, "iterationCount": 7, "pretrain": false,
          "tbpttBackLength": 20, "tbpttFwdLength": 20}"""
        .formatted(layer(DENSE.formatted(distribution, weightInit)), layer(OUTPUT));
  }

  private static String graph() {
    String vertex = "{\"LayerVertex\": {\"layerConf\": %s, \"preProcessor\": null}}";
    return """
        {"backprop": true, "backpropType": "Standard", "networkInputs": ["in"],
          "networkOutputs": ["last"], "vertexInputs": {"first": ["in"], "last": ["first"]},
          "vertices": {"first": %s, "last": %s}, "pretrain": false, "tbpttBackLength": 20,
          "tbpttFwdLength": 20, "defaultConfiguration": {"seed": 1,
            "optimizationAlgo": "STOCHASTIC_GRADIENT_DESCENT"}}"""
        .formatted(
            vertex.formatted(layer(DENSE.formatted("null", "XAVIER"))),
            vertex.formatted(layer(OUTPUT)));
  }

  /**
   * A row of values 0.01, 0.02, ... in the format of 0.9.1 and earlier, where lengths and shapes
   * are of 32 bits, or of 1.0.0-alpha to -beta3, where they are of 64.
   *
   * @param memory the kind of memory that the array was in
   */
  private static byte[] array(String memory, String type, int length) throws IOException {
    boolean ints = !memory.equals("LONG_SHAPE");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeUTF(memory);
    writeNumber(out, 8, ints);
    out.writeUTF(ints ? "INT" : "LONG");
    for (int part : new int[] {2, 1, length, length, 1, 0, 1, 'c'}) { // Up to the shape: rank 2.
      writeNumber(out, part, ints);
    }
    out.writeUTF(memory);
    writeNumber(out, length, ints);
    out.writeUTF(type);
    for (int i = 1; i <= length; i++) {
      if (type.equals("DOUBLE")) {
        out.writeDouble(i / 100.0);
      } else {
        out.writeFloat(i / 100f);
      }
    }
    return bytes.toByteArray();
  }

  private static void writeNumber(DataOutputStream out, int number, boolean ints)
      throws IOException {
    if (ints) {
      out.writeInt(number);
    } else {
      out.writeLong(number);
    }
  }

  private Path file(String json, byte[] parameters, byte[] state) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("configuration.json", json.getBytes(UTF_8));
    entries.put("coefficients.bin", parameters);
    entries.put("updaterState.bin", state);
    return Files.write(folder.resolve("former.zip"), ModelZip.of(entries));
  }

  private static INDArray expected(DataType type, int length) {
    double[] values = IntStream.rangeClosed(1, length).mapToDouble(i -> i / 100.0).toArray();
    return Nd4j.createFromArray(values).castTo(type);
  }

  @ParameterizedTest
  @CsvSource({"DIRECT,FLOAT", "HEAP,DOUBLE", "JAVACPP,FLOAT", "LONG_SHAPE,FLOAT"})
  void arraysOfFormerReleasesAreReadAsDeeplearning4jReadsThem(String memory, String type)
      throws IOException {
    byte[] array = array(memory, type, PARAMETERS);
    Path file = file(sequence("XAVIER", "null"), array, array);
    MultiLayerNetwork stock = ModelSerializer.restoreMultiLayerNetwork(file.toFile());
    MultiLayerNetwork loaded = (MultiLayerNetwork) ModelFiles.load(file);
    ArrayAssert.assertSameBits(loaded.params(), expected(DataType.valueOf(type), PARAMETERS));
    ArrayAssert.assertSameBits(loaded.params(), stock.params());
    ArrayAssert.assertSameBits(
        loaded.getUpdater().getStateViewArray(), stock.getUpdater().getStateViewArray());
    assertThat(loaded.getLayerWiseConfigurations().toJson())
        .isEqualTo(stock.getLayerWiseConfigurations().toJson());
    INDArray inputs = Nd4j.ones(loaded.params().dataType(), 1, 4);
    ArrayAssert.assertSameBits(loaded.output(inputs), stock.output(inputs));
  }

  @Test
  void aGraphOfFormerReleasesIsReadAsDeeplearning4jReadsIt() throws IOException {
    byte[] array = array("DIRECT", "FLOAT", PARAMETERS);
    Path file = file(graph(), array, array);
    ComputationGraph stock = ModelSerializer.restoreComputationGraph(file.toFile());
    ComputationGraph loaded = (ComputationGraph) ModelFiles.load(file);
    INDArray inputs = Nd4j.ones(DataType.FLOAT, 1, 4);
    ArrayAssert.assertSameBits(loaded.outputSingle(inputs), stock.outputSingle(inputs));
  }

  @Test
  void aDistributionOfFormerReleasesIsKept() throws IOException {
    byte[] array = array("DIRECT", "FLOAT", PARAMETERS);
    String json = sequence("DISTRIBUTION", "{\"normal\": {\"mean\": 0.0, \"std\": 0.5}}");
    MultiLayerNetwork loaded = (MultiLayerNetwork) ModelFiles.load(file(json, array, array));
    assertThat(loaded.getLayerWiseConfigurations().toJson()).contains("NormalDistribution");
  }

  @Test
  void aForeignDistributionOfFormerReleasesIsRefused() throws IOException {
    byte[] array = array("DIRECT", "FLOAT", PARAMETERS);
    Canary.SONGS.set(0);
    String evil = Canary.EvilDistribution.class.getName();
    Path file = file(sequence("DISTRIBUTION", "{\"type\": \"" + evil + "\"}"), array, array);
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.load(file))
        .withMessageContaining("names the class " + evil);
    assertThat(Canary.SONGS).hasValue(0);
  }

  @Test
  void anArrayThatWasCutOffIsRefused() throws IOException {
    byte[] array = array("DIRECT", "FLOAT", PARAMETERS);
    byte[] shorter = Arrays.copyOf(array, array.length - 4);
    Path file = file(sequence("XAVIER", "null"), shorter, array);
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.load(file))
        .withMessageContaining("announces 23 values and does not have them");
  }

  @ParameterizedTest
  @ValueSource(strings = {"updater.bin", "objects/note"})
  void whatHoldsJavaObjectsIsCalledThat(String entry) throws IOException {
    byte[] array = array("DIRECT", "FLOAT", PARAMETERS);
    Path file = file(sequence("XAVIER", "null"), array, array);
    Map<String, byte[]> entries = ModelZip.entries(Files.readAllBytes(file));
    entries.put(entry, new byte[] {1});
    Files.write(file, ModelZip.of(entries));
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.load(file))
        .withMessageContaining("its entry " + entry + " holds Java objects");
  }

  @Test
  void aLayerThatIsUnknownInTheFormerFormatIsNamed() throws IOException {
    byte[] array = array("DIRECT", "FLOAT", PARAMETERS);
    String json = sequence("XAVIER", "null").replace("\"dense\"", "\"mine\"");
    Path file = file(json, array, array);
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.load(file))
        .withMessageContaining("Could not resolve type id 'mine'");
  }

  /** With strides that point anywhere. */
  @Test
  void anArrayWithStridesInTheConfigurationIsRefused() throws IOException {
    byte[] array = array("DIRECT", "FLOAT", PARAMETERS);
    String json =
        sequence("XAVIER", "null")
            .replaceFirst(
                "\"biasInit\"",
                "\"boundingBoxes\": {\"dataBuffer\": [1], \"rankField\": 2, \"numElements\": 1,"
                    + " \"offsetField\": 0, \"shapeField\": [1000, 2], \"orderingField\": \"c\","
                    + " \"strideField\": [1000000000, 1]}, \"biasInit\"");
    Path file = file(json, array, array);
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.load(file))
        .withMessageContaining("has bounding boxes in the format before 1.0.0-beta3");
  }
}
