package io.bnzoo.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bnzoo.ArrayAssert;
import io.bnzoo.storage.own.OwnLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.preprocessors.ReshapePreprocessor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Which classes a file may name, and how that is told apart from a file that is not trusted. */
class TrustedClassesTest {
  private static final String OWN = OwnLayer.class.getPackageName();

  @TempDir private Path folder;
  private Path file;
  private MultiLayerNetwork network;

  @BeforeEach
  void saveANetworkWithALayerOfOnesOwn() throws IOException {
    network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder().nIn(4).nOut(3).build())
                .layer(new OwnLayer())
                .layer(
                    new OutputLayer.Builder().nIn(3).nOut(2).activation(Activation.SOFTMAX).build())
                .inputPreProcessor(
                    0, new ReshapePreprocessor(new long[] {2, 2}, new long[] {4}, false))
                .build());
    network.init();
    file = folder.resolve("model.zip");
    ModelFiles.save(network, file);
  }

  @Test
  void aLayerOfOnesOwnIsRefusedWithAWordOnHowToTrustIt() {
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.load(file))
        .withMessage(
            file
                + " is refused: its entry configuration.json names the class "
                + OwnLayer.class.getName()
                + ", which is not among those of Deeplearning4j and this library that a model may"
                + " name; if it is your own, trust its package with --trust or TrustedClasses,"
                + " otherwise do not trust the file");
  }

  @Test
  void aLayerOfATrustedPackageIsLoaded() throws IOException {
    TrustedClasses trusted = TrustedClasses.STANDARD.withPackage(OWN);
    MultiLayerNetwork loaded = (MultiLayerNetwork) ModelFiles.load(file, trusted);
    INDArray input = Nd4j.rand(3, 2, 2);
    ArrayAssert.assertSameBits(loaded.output(input.dup()), network.output(input.dup()));
    assertThat(ModelFiles.open(file, trusted).model()).isInstanceOf(MultiLayerNetwork.class);
  }

  @Test
  void trustInOnePackageIsNoTrustInAnother() {
    assertThat(TrustedClasses.STANDARD.withPackage(OWN).contains(OwnLayer.class.getName()))
        .isTrue();
    assertThat(TrustedClasses.STANDARD.contains(OwnLayer.class.getName())).isFalse();
    assertThat(TrustedClasses.STANDARD.withPackage("io.bnzoo").contains(OwnLayer.class.getName()))
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "DenseLayer",
        "java.net.URL",
        "[Lorg.deeplearning4j.nn.conf.layers.DenseLayer;",
        "org.deeplearning4j.nn.conf.layers.DenseLayer<String>",
        "org.deeplearning4j.nn.conf.layers.",
        "org.deeplearning4j.nn.conf.layers..DenseLayer",
        "org.deeplearning4j.nn.conf.layers.Dense/../Layer",
        "org.deeplearning4j.nn.conf.layers.DenseLayer ",
        "org.deeplearning4j.nn.layers.util.MaskLayer"
      })
  void nothingElseIsTrusted(String name) {
    assertThat(TrustedClasses.STANDARD.contains(name)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "com.", ".com", "com..example", "com/example", "com.example.*", "a b"})
  void aNameThatIsNoPackageIsRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrustedClasses.STANDARD.withPackage(name))
        .withMessage("\"%s\" is not the name of a package, such as com.example.layers", name);
  }

  @Test
  void aClassThatIsNotThereIsCalledThat() throws IOException {
    String missing = OWN + ".GoneLayer";
    rename(OwnLayer.class.getName(), missing);
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.load(file, TrustedClasses.STANDARD.withPackage(OWN)))
        .withMessageContaining("names the class " + missing + ", which is not on the class path")
        .withMessageContaining("add the library that it comes from");
  }

  @Test
  void deeplearning4jsOwnClassesAreSaidToBeMissingWithTheirArtifact() throws IOException {
    rename(
        ReshapePreprocessor.class.getName(),
        MissingClasses.KERAS_PREPROCESSORS + ".TensorFlowCnnToFeedForwardPreProcessor");
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.load(file, TrustedClasses.STANDARD.withPackage(OWN)))
        .withMessageContaining("which is not on the class path")
        .withMessageContaining("org.deeplearning4j:deeplearning4j-modelimport:1.0.0-M2.1");
  }

  @Test
  void aClassThatDeeplearning4jHasRenamedIsSaidToBe() throws IOException {
    rename(
        ReshapePreprocessor.class.getName(),
        MissingClasses.KERAS_PREPROCESSORS + ".ReshapePreprocessor");
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.load(file, TrustedClasses.STANDARD.withPackage(OWN)))
        .withMessageContaining(
            "this Deeplearning4j calls it org.deeplearning4j.preprocessors.ReshapePreprocessor");
  }

  private void rename(String from, String to) throws IOException {
    Map<String, byte[]> entries = ModelZip.entries(Files.readAllBytes(file));
    String json = new String(entries.get("configuration.json"), UTF_8);
    entries.put("configuration.json", json.replace(from, to).getBytes(UTF_8));
    entries.remove("bnzoo.json");
    Files.write(file, ModelZip.of(entries));
  }
}
