package io.bnzoo.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.ArrayAssert;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.apache.commons.codec.digest.DigestUtils;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

class ModelFilesTest {
  @TempDir private Path folder;
  private Path file;
  private MultiLayerNetwork network;

  @BeforeEach
  void saveANetwork() throws IOException {
    network =
        ThreeLayerMlp.builder()
            .normalization(Normalization.batchNorm())
            .updater(new Adam(0.01))
            .build()
            .init();
    network.fit(Nd4j.rand(4, 784), Nd4j.eye(10).getRows(0, 1, 2, 3));
    file = folder.resolve("model.zip");
    ModelFiles.save(network, file);
  }

  @Test
  void whatIsSavedIsLoadedAgain() throws IOException {
    MultiLayerNetwork loaded = (MultiLayerNetwork) ModelFiles.load(file);
    ArrayAssert.assertSameBits(loaded.params(), network.params());
    assertThat(loaded.getIterationCount()).isEqualTo(1);
    INDArray moments = network.getUpdater().getStateViewArray();
    assertThat(moments.norm2Number().doubleValue()).isPositive();
    ArrayAssert.assertSameBits(loaded.getUpdater().getStateViewArray(), moments);
  }

  @Test
  void stockDeeplearning4jOpensWhatIsSaved() throws IOException {
    MultiLayerNetwork loaded = ModelSerializer.restoreMultiLayerNetwork(file.toFile());
    ArrayAssert.assertSameBits(loaded.params(), network.params());
  }

  @Test
  void savingReplacesAndLeavesNothingElse() throws IOException {
    network.fit(Nd4j.rand(4, 784), Nd4j.eye(10).getRows(0, 1, 2, 3));
    ModelFiles.save(network, file);
    MultiLayerNetwork loaded = (MultiLayerNetwork) ModelFiles.load(file);
    ArrayAssert.assertSameBits(loaded.params(), network.params());
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aGraphIsLoadedAsAGraph() throws IOException {
    ModelSerializer.writeModel(network.toComputationGraph(), file.toFile(), true);
    assertThat(ModelFiles.load(file)).isInstanceOf(ComputationGraph.class);
  }

  @Test
  void whatIsLoadedCanBeGivenAnotherNumberOfClasses() throws IOException {
    MultiLayerNetwork saved = DeepCnn.builder().build().init();
    ModelFiles.save(saved, file);
    MultiLayerNetwork five =
        new TransferLearning.Builder((MultiLayerNetwork) ModelFiles.load(file))
            .nOutReplace(saved.getnLayers() - 1, 5, WeightInit.XAVIER)
            .build();
    five.fit(Nd4j.rand(2, 28, 28, 1), Nd4j.eye(5).getRows(0, 4));
    assertThat(five.score()).isFinite();
  }

  @Test
  void aMissingFileIsNamed() {
    assertRefused(folder.resolve("nothing.zip"), "there is no file");
  }

  @Test
  void whatIsNoZipIsRefused() throws IOException {
    Files.writeString(file, "weights");
    assertRefused(file, "is not an intact .zip file");
  }

  @Test
  void aTruncatedFileIsRefused() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    assertRefused(file, "is not an intact .zip file");
  }

  @Test
  void aZipWithoutAModelIsRefused() throws IOException {
    rewrite(Map.of(), ModelSerializer.COEFFICIENTS_BIN);
    assertRefused(file, "needs the entries configuration.json and coefficients.bin");
  }

  @Test
  void javaObjectsAreRefusedUnread() throws IOException {
    rewrite(Map.of("preprocessor.bin", new byte[] {1}), "");
    assertRefused(file, "its entry preprocessor.bin holds serialized Java objects");
  }

  @Test
  void unknownEntriesAreRefused() throws IOException {
    rewrite(Map.of("../../evil", new byte[] {1}), "");
    assertRefused(file, "a Deeplearning4j model has no entry ../../evil");
  }

  @Test
  void classesFromElsewhereAreRefused() throws IOException {
    String json =
        configuration().replace("org.nd4j.linalg.learning.config.Adam", "com.evil.Canary");
    rewrite(Map.of("configuration.json", json.getBytes(UTF_8)), "configuration.json");
    assertRefused(file, "names the class com.evil.Canary");
  }

  @Test
  void anEntryThatOnlyOtherReadersWouldSeeIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    Path hidden = folder.resolve("hidden.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(hidden))) {
      zip.putNextEntry(new ZipEntry("preprocessor.bin"));
      zip.write(1);
    }
    byte[] stowaway = Files.readAllBytes(hidden);
    byte[] localPart = Arrays.copyOf(stowaway, indexOf(stowaway, "PK\1\2"));
    // Before the archive proper, whose directory does not name it; offsets count from the archive.
    byte[] both = Arrays.copyOf(localPart, localPart.length + whole.length);
    System.arraycopy(whole, 0, both, localPart.length, whole.length);
    Files.write(file, both);
    assertThatExceptionOfType(ModelFileException.class).isThrownBy(() -> ModelFiles.load(file));
  }

  @Test
  void aClassThatIsNamedTwiceIsRefused() throws IOException {
    String json =
        configuration().replaceFirst("\"@class\"", "\"@class\" : \"com.evil.Canary\", \"@class\"");
    rewrite(Map.of("configuration.json", json.getBytes(UTF_8)), "configuration.json");
    assertRefused(file, "configuration.json is not valid JSON");
  }

  private static int indexOf(byte[] bytes, String ascii) {
    return new String(bytes, ISO_8859_1).indexOf(ascii);
  }

  @Test
  void parametersThatDoNotFitAreRefused() throws IOException {
    rewrite(Map.of("coefficients.bin", new byte[40]), "coefficients.bin");
    assertRefused(file, "its entry coefficients.bin is no array");
    rewrite(Map.of("coefficients.bin", array(Nd4j.rand(1, 100))), "coefficients.bin");
    assertRefused(
        file, "its configuration needs 100610 parameters, its entry coefficients.bin has 100");
  }

  @Test
  void aConfigurationThatIsNoneIsRefused() throws IOException {
    rewrite(Map.of("configuration.json", "{\"confs\": 7}".getBytes(UTF_8)), "configuration.json");
    assertRefused(file, "its entry configuration.json is no configuration of Deeplearning4j's");
  }

  @Test
  void parametersThatAreNoNumbersAreRefused() throws IOException {
    INDArray diverged = network.params().dup().putScalar(5, Float.NaN);
    rewrite(Map.of("coefficients.bin", array(diverged)), "coefficients.bin");
    assertRefused(file, "its layer fc1 has values that are not finite; its training has diverged");
  }

  @Test
  void anArrayThatAnnouncesMoreThanItHasIsRefusedBeforeAnythingIsMade() throws IOException {
    byte[] bytes = array(network.params());
    ByteBuffer.wrap(bytes).putLong(indexOf(bytes, "FLOAT") - 10, Long.MAX_VALUE / 8);
    rewrite(Map.of("coefficients.bin", bytes), "coefficients.bin");
    assertRefused(file, "its entry coefficients.bin is no array");
  }

  @Test
  void anEntryThatUnpacksToFarMoreThanTheFileIsRefused() throws IOException {
    rewrite(Map.of("updaterState.bin", new byte[100_000_000]), "updaterState.bin");
    assertRefused(
        file, "its entry updaterState.bin unpacks to 100000000 bytes, and the model has at most");
  }

  @Test
  void whatTheManifestDoesNotVouchForIsRefused() throws IOException {
    String json = configuration().replace("0.01", "0.02");
    rewrite(Map.of("configuration.json", json.getBytes(UTF_8)), "configuration.json", true);
    assertRefused(file, "its entry configuration.json is not what was saved");
  }

  @Test
  void aManifestTellsWhereAModelComesFromAndAStockFileHasNone() throws IOException {
    ModelFiles.save(
        network, file, new ModelOrigin(ThreeLayerMlp.builder().build().spec(), "ab12", 1));
    Manifest manifest = ModelFiles.open(file).manifest().orElseThrow();
    assertThat(manifest.origin().orElseThrow().at("/dataSha256").asText()).isEqualTo("ab12");
    assertThat(manifest.origin().orElseThrow().at("/specification/model").asText())
        .isEqualTo("mlp");
    assertThat(manifest.sha256().get("configuration.json"))
        .isEqualTo(DigestUtils.sha256Hex(configuration().getBytes(UTF_8)));
    rewrite(Map.of(), "");
    assertThat(ModelFiles.open(file).manifest()).isEmpty();
  }

  @Test
  void aManifestTellsThePlanThatItIsGiven() throws IOException {
    ModelOrigin origin =
        new ModelOrigin(
            ThreeLayerMlp.builder().build().spec(), "ab12", 1, Optional.of(ThreeLayerMlp.PLAN));
    ModelFiles.save(network, file, origin);
    JsonNode stored = ModelFiles.open(file).manifest().orElseThrow().origin().orElseThrow();
    assertThat(stored).isEqualTo(Json.asRead(origin));
    assertThat(stored.at("/plan/batchSize").asInt()).isEqualTo(60);
  }

  @Test
  void withoutItsUpdatersStateAModelIsSmallAndPredictsTheSame() throws IOException {
    long whole = Files.size(file);
    ModelOrigin origin = new ModelOrigin(ThreeLayerMlp.builder().build().spec(), "ab12", 1);
    ModelFiles.saveWithoutUpdaterState(network, file, origin);
    assertThat(Files.size(file)).isLessThan(whole / 2);
    MultiLayerNetwork loaded = (MultiLayerNetwork) ModelFiles.load(file);
    ArrayAssert.assertSameBits(loaded.params(), network.params());
    assertThat(loaded.getUpdater().getStateViewArray().norm2Number().doubleValue()).isZero();
    assertThat(ModelFiles.open(file).manifest().orElseThrow().origin())
        .contains(Json.asRead(origin));
  }

  @Test
  void theSameModelGivesTheSameBytes() throws IOException {
    byte[] first = Files.readAllBytes(file);
    ModelFiles.save(network, file);
    assertThat(Files.readAllBytes(file)).isEqualTo(first);
  }

  private static byte[] array(INDArray array) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Nd4j.write(array, new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static void assertRefused(Path path, String reason) {
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.load(path))
        .withMessageContaining(path.toString())
        .withMessageContaining(reason)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  private String configuration() throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      return new String(
          zip.getInputStream(zip.getEntry("configuration.json")).readAllBytes(), UTF_8);
    }
  }

  /** Writes the file anew as Deeplearning4j would, without one entry and with others added. */
  private void rewrite(Map<String, byte[]> added, String without) throws IOException {
    rewrite(added, without, false);
  }

  private void rewrite(Map<String, byte[]> added, String without, boolean withManifest)
      throws IOException {
    Map<String, byte[]> entries = ModelZip.entries(Files.readAllBytes(file));
    entries.remove(without);
    if (!withManifest) {
      entries.remove("bnzoo.json");
    }
    entries.putAll(added);
    Files.write(file, ModelZip.of(entries));
  }
}
