package io.bnzoo.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bnzoo.ArrayAssert;
import io.bnzoo.PretrainedModels;
import io.bnzoo.PretrainedModels.Recipe;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.data.RealMnist;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.storage.Json;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.storage.ModelOrigin;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.train.ModelEvaluation;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.zoo.PretrainedType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Nesterovs;

class PretrainedWeightsTest {
  private static final PretrainedType MNIST = PretrainedType.MNIST;

  static List<Recipe> recipes() {
    return PretrainedModels.all();
  }

  /** As somebody builds it who knows nothing of how it was trained. */
  private static BatchNormModel builtAnew(Recipe recipe) {
    NetworkSpec spec = recipe.model().spec();
    return Zoo.find(spec.model())
        .orElseThrow()
        .builder()
        .get()
        .normalization(spec.normalization())
        .build();
  }

  private static double accuracy(MultiLayerNetwork network, LabeledImages images) {
    try (ModelEvaluation evaluation = new ModelEvaluation(network, EngineChoice.AUTO, images)) {
      return evaluation.run(ProgressListener.NONE).accuracy();
    }
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void theAccuracyOnMnistIsTheDocumentedOne(Recipe recipe) throws IOException {
    MultiLayerNetwork network = builtAnew(recipe).initPretrained(MNIST);
    JsonNode figures = new ObjectMapper().readTree(PretrainedModels.FIGURES.toFile());
    double documented =
        figures.findParents("network").stream()
            .filter(one -> one.path("network").asText().equals(recipe.name()))
            .findFirst()
            .orElseThrow()
            .path("test")
            .asDouble();
    // Another processor rounds otherwise, which decides an image or two.
    assertThat(accuracy(network, RealMnist.load().test())).isCloseTo(documented, within(0.0003));
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void digitsOfAnotherKindAreRecognizedFarMoreOftenThanByChance(Recipe recipe) throws IOException {
    MultiLayerNetwork network = builtAnew(recipe).initPretrained(MNIST);
    assertThat(accuracy(network, TestDigits.draw(500, 1))).isGreaterThan(0.5);
  }

  /** Whoever changes a builder trains anew: {@code mvn -q test-compile exec:exec@pretrained}. */
  @ParameterizedTest
  @MethodSource("recipes")
  void theFileIsAModelOfTheBuildersPresentConfiguration(Recipe recipe) throws IOException {
    MultiLayerNetwork stored = (MultiLayerNetwork) ModelFiles.load(recipe.file());
    MultiLayerNetwork fresh = recipe.model().init();
    stored.getLayerWiseConfigurations().setIterationCount(0);
    assertThat(stored.getLayerWiseConfigurations().toJson())
        .isEqualTo(fresh.getLayerWiseConfigurations().toJson());
    MultiLayerNetwork network = builtAnew(recipe).initPretrained(MNIST);
    ArrayAssert.assertSameBits(network.params(), stored.params());
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void theFileSaysHowItWasTrained(Recipe recipe) throws IOException {
    StoredModel stored = ModelFiles.open(recipe.file());
    JsonNode origin = stored.manifest().orElseThrow().origin().orElseThrow();
    String data = origin.path("dataSha256").asText();
    assertThat(ImageDataset.Kind.of(data)).contains(ImageDataset.Kind.MNIST);
    assertThat(origin)
        .isEqualTo(
            Json.asRead(
                new ModelOrigin(
                    recipe.model().spec(),
                    data,
                    recipe.plan().batches(),
                    Optional.of(recipe.plan()))));
  }

  @Test
  void thereIsNoOtherFileAndNoStateOfAnUpdater() throws IOException {
    try (Stream<Path> files = Files.list(recipes().get(0).file().getParent())) {
      assertThat(files).containsExactlyInAnyOrderElementsOf(paths());
    }
    for (Path path : paths()) {
      try (ZipFile zip = new ZipFile(path.toFile())) {
        assertThat(zip.stream().map(Object::toString))
            .containsExactly("configuration.json", "coefficients.bin", "bnzoo.json");
      }
    }
  }

  private static List<Path> paths() {
    return recipes().stream().map(Recipe::file).toList();
  }

  @Test
  void eitherAxisOrderPredictsTheSame() throws IOException {
    DeepCnn.Builder builder = DeepCnn.builder().normalization(Normalization.batchNorm());
    INDArray images = TestDigits.draw(20, 2).images();
    MultiLayerNetwork last = builder.dataFormat(CNN2DFormat.NHWC).build().initPretrained(MNIST);
    MultiLayerNetwork first = builder.dataFormat(CNN2DFormat.NCHW).build().initPretrained(MNIST);
    ArrayAssert.assertClose(
        first.output(images.reshape(20, 1, 28, 28)),
        last.output(images.reshape(20, 28, 28, 1)),
        1e-5,
        1e-4);
  }

  @Test
  void theUpdaterIsTheBuildersAndTrainsOn() throws IOException {
    ThreeLayerMlp model =
        ThreeLayerMlp.builder()
            .updater(new Nesterovs(0.25, 0.5))
            .initialWeights(InitialWeights.normal(1))
            .seed(7)
            .build();
    MultiLayerNetwork network = model.initPretrained(MNIST);
    MultiLayerNetwork fresh = model.init();
    assertThat(network.getLayerWiseConfigurations()).isEqualTo(fresh.getLayerWiseConfigurations());
    assertThat(network.getIterationCount()).isZero();
    LabeledImages images = TestDigits.draw(60, 3);
    double before = accuracy(network, images);
    for (int step = 0; step < 30; step++) {
      network.fit(images.images(), images.oneHotLabels());
    }
    assertThat(accuracy(network, images)).isGreaterThan(before);
  }

  static Stream<Arguments> modelsWithout() {
    return Stream.of(
        Arguments.of(
            ThreeLayerMlp.builder().normalization(Normalization.lowLevel()).build(), "LowLevel"),
        Arguments.of(
            DeepCnn.builder()
                .normalization(Normalization.batchNorm().placed(Placement.AFTER_ACTIVATION))
                .build(),
            "AFTER_ACTIVATION"),
        Arguments.of(
            DeepCnn.builder().normalization(new Normalization.BatchNorm(0.99, 1e-5)).build(),
            "epsilon=1.0E-5"),
        Arguments.of(DeepCnn.builder().depth(5).build(), "depth=5"),
        Arguments.of(ThreeLayerMlp.builder().widths(100, 100, 10).build(), "[100, 100, 10]"),
        Arguments.of(ThreeLayerMlp.builder().activation(Activation.TANH).build(), "TANH"),
        Arguments.of(
            DeepCnn.builder().input(ImageShape.withChannels(3).height(28).width(28)).build(),
            "28 x 28 pixels and 3 channels"),
        Arguments.of(DeepCnn.builder().classes(12).build(), "its classes are 12"));
  }

  @ParameterizedTest
  @MethodSource("modelsWithout")
  void aModelWithoutWeightsSaysWhatIsInTheWay(BatchNormModel model, String reason) {
    assertThat(model.pretrainedAvailable(MNIST)).isFalse();
    assertRefused(model, MNIST, reason);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MNIST")
  void thereAreWeightsForMnistAlone(PretrainedType type) {
    DeepCnn model = DeepCnn.builder().build();
    assertThat(model.pretrainedAvailable(MNIST)).isTrue();
    assertThat(model.pretrainedAvailable(type)).isFalse();
    assertRefused(model, type, "for " + type);
  }

  private static void assertRefused(BatchNormModel model, PretrainedType type, String reason) {
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> model.initPretrained(type))
        .withMessageContainingAll(reason, "MNIST", "Normalization.none() and batchNorm()");
  }

  @Test
  void aFileOfAnotherVersionIsRefusedBeforeItIsRead() throws IOException {
    Recipe recipe = recipes().stream().min(Comparator.comparing(Recipe::name)).orElseThrow();
    PretrainedWeights weights = PretrainedWeights.of(recipe.model().spec(), MNIST);
    byte[] bytes = Files.readAllBytes(recipe.file());
    assertThat(weights.parameters(bytes).length()).isPositive();
    bytes[bytes.length / 2]++;
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> weights.parameters(bytes))
        .withMessageContaining("the same version");
  }

  /** In the way in which Deeplearning4j's own zoo models say where theirs are. */
  @Test
  void theAddressLeadsToTheFile() throws IOException {
    for (Recipe recipe : recipes()) {
      try (var in = new URL(recipe.model().pretrainedUrl(MNIST)).openStream()) {
        assertThat(in.readAllBytes()).isEqualTo(Files.readAllBytes(recipe.file()));
      }
    }
  }
}
