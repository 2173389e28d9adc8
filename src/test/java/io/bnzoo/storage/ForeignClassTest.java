package io.bnzoo.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bnzoo.storage.own.OwnLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.variational.BernoulliReconstructionDistribution;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.weightnoise.WeightNoise;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.preprocessors.ReshapePreprocessor;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** Classes that a file must not name, in every place where Deeplearning4j takes a name from. */
class ForeignClassTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** On the class path or in the JDK, and nothing that a configuration consists of. */
  private static final List<String> FOREIGN =
      List.of(
          Canary.EvilDistribution.class.getName(),
          Canary.Stranger.class.getName(),
          "org.bytedeco.openblas.global.openblas",
          "org.deeplearning4j.nn.layers.util.MaskLayer",
          "com.sun.jndi.rmi.registry.RegistryContextFactory");

  @TempDir private Path folder;
  private final Recorder recorder = new Recorder();
  private ClassLoader before;

  /** Knows every name that Jackson has asked for, since that asks this loader first. */
  private static final class Recorder extends ClassLoader {
    private final Set<String> asked = new ConcurrentSkipListSet<>();

    Recorder() {
      super(ForeignClassTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      asked.add(name);
      return super.loadClass(name, resolve);
    }
  }

  @BeforeEach
  void watch() {
    before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(recorder);
    Canary.SONGS.set(0);
  }

  @AfterEach
  void watchNoMore() {
    Thread.currentThread().setContextClassLoader(before);
  }

  /** A network that has one of most things that a configuration can have. */
  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(new ExponentialSchedule(ScheduleType.ITERATION, 0.01, 0.9)))
                .biasUpdater(new Adam(0.01))
                .l2(0.001)
                .list()
                .layer(
                    new ConvolutionLayer.Builder(3, 3)
                        .nIn(1)
                        .nOut(2)
                        .weightInit(new NormalDistribution(0, 0.1))
                        .activation(Activation.RELU)
                        .dropOut(new GaussianDropout(0.1))
                        .weightNoise(new WeightNoise(new NormalDistribution(0, 0.1)))
                        .constrainWeights(new MaxNormConstraint(2, 1))
                        .build())
                .layer(new DenseLayer.Builder().nIn(32).nOut(4).build())
                .layer(
                    new VariationalAutoencoder.Builder()
                        .nIn(4)
                        .nOut(3)
                        .encoderLayerSizes(4)
                        .decoderLayerSizes(4)
                        .reconstructionDistribution(new BernoulliReconstructionDistribution())
                        .build())
                .layer(
                    new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                        .nIn(3)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .inputPreProcessor(
                    0, new ReshapePreprocessor(new long[] {36}, new long[] {1, 6, 6}, false))
                .inputPreProcessor(1, new CnnToFeedForwardPreProcessor(4, 4, 2))
                .build());
    network.init();
    return network;
  }

  private static Stream<Model> networks() {
    return Stream.of(network(), network().toComputationGraph());
  }

  /** A stock file of a model, with another configuration. */
  private Path file(Model model, String json) throws IOException {
    Path file = folder.resolve("model.zip");
    ModelSerializer.writeModel(model, file.toFile(), true);
    Map<String, byte[]> entries = ModelZip.entries(Files.readAllBytes(file));
    entries.put("configuration.json", json.getBytes(UTF_8));
    Files.write(file, ModelZip.of(entries));
    return file;
  }

  private static ObjectNode configuration(Model model) throws JsonProcessingException {
    String json =
        model instanceof MultiLayerNetwork sequence
            ? sequence.getLayerWiseConfigurations().toJson()
            : ((ComputationGraph) model).getConfiguration().toJson();
    return (ObjectNode) JSON.readTree(json);
  }

  private void assertRefused(Path file, String name) {
    assertThatExceptionOfType(ModelFileException.class)
        .as(name)
        .isThrownBy(() -> ModelFiles.load(file))
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1))
        .withMessageContaining("names the class " + name.substring(0, Math.min(60, name.length())))
        .withMessageContaining("--trust");
    assertNothingRan();
  }

  private void assertNothingRan() {
    assertThat(recorder.asked).doesNotContainAnyElementsOf(FOREIGN);
    assertThat(Canary.SONGS).hasValue(0);
  }

  @Test
  void theNetworksAreLoadedAsTheyAre() throws IOException {
    for (Model model : networks().toList()) {
      TrustedClasses anew = TrustedClasses.STANDARD.withPackage("com.example");
      assertThat(ModelFiles.load(file(model, configuration(model).toString()), anew)).isNotNull();
      assertThat(recorder.asked)
          .contains("org.deeplearning4j.nn.conf.distribution.NormalDistribution");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s", "[L%s;", "java.util.ArrayList<%s>", "%s<%1$s>"})
  void noForeignClassIsLoadedWhereverItIsNamed(String form) throws IOException {
    for (Model model : networks().toList()) {
      List<ObjectNode> places = placesOfClasses(configuration(model));
      assertThat(places).hasSizeGreaterThan(15);
      for (int i = 0; i < places.size(); i++) {
        ObjectNode root = configuration(model);
        ObjectNode place = placesOfClasses(root).get(i);
        String name = String.format(form, FOREIGN.get(i % FOREIGN.size()));
        place.put(place.has("type") ? "type" : "@class", name);
        place.put("command", "run");
        assertRefused(file(model, root.toString()), name);
      }
    }
  }

  /** Objects that say of what class they are, one of each class. */
  private static List<ObjectNode> placesOfClasses(ObjectNode root) {
    List<ObjectNode> places = new ArrayList<>();
    Set<String> classes = new TreeSet<>();
    for (String property : List.of("@class", "type")) {
      for (JsonNode parent : root.findParents(property)) {
        addPlaces((ObjectNode) parent, property, classes, places);
      }
    }
    return places;
  }

  private static void addPlaces(
      ObjectNode node, String property, Set<String> classes, List<ObjectNode> places) {
    if (node.path(property).isTextual() && classes.add(node.path(property).asText())) {
      places.add(node);
    }
    for (JsonNode child : node) {
      for (JsonNode parent : child.findParents(property)) {
        addPlaces((ObjectNode) parent, property, classes, places);
      }
    }
  }

  /** Refused or of no effect, but never loaded. */
  @Test
  void noTextAnywhereLoadsAClass() throws IOException {
    for (Model model : networks().toList()) {
      Set<String> keys = new TreeSet<>();
      for (String key : textKeys(configuration(model), keys)) {
        ObjectNode root = configuration(model);
        root.findParent(key).put(key, FOREIGN.get(0));
        try {
          assertThat(ModelFiles.load(file(model, root.toString()))).isNotNull();
        } catch (ModelFileException e) {
          assertThat(e.getMessage().lines()).as(key).hasSize(1);
        }
        assertNothingRan();
      }
    }
  }

  private static Set<String> textKeys(JsonNode node, Set<String> keys) {
    node.properties()
        .forEach(
            field -> {
              if (!field.getValue().isContainerNode()) {
                keys.add(field.getKey());
              }
            });
    node.forEach(child -> textKeys(child, keys));
    return keys;
  }

  @Test
  void theDistributionOfFormerReleasesNamesNoForeignClass() throws IOException {
    for (Model model : networks().toList()) {
      for (String name : FOREIGN) {
        ObjectNode root = configuration(model);
        ObjectNode layer = root.findParent("weightInitFn");
        layer.remove("weightInitFn");
        layer.put("weightInit", "DISTRIBUTION");
        layer.putObject("dist").put("type", name).put("command", "run");
        assertRefused(file(model, root.toString()), name);
      }
    }
  }

  /** A name without a package might be any word, so that the JSON library has to ask. */
  @Test
  void aClassWithoutAPackageIsRefusedWhereAClassIsExpected() throws IOException {
    Model model = network();
    ObjectNode root = configuration(model);
    ((ObjectNode) root.findParent("weightInitFn").path("weightInitFn").path("distribution"))
        .put("type", "Evil");
    assertRefused(file(model, root.toString()), "Evil");
    ObjectNode layer = root.findParent("weightInitFn");
    layer.remove("weightInitFn");
    layer.put("weightInit", "DISTRIBUTION").putObject("dist").put("type", "Evil");
    assertRefused(file(model, root.toString()), "Evil");
    assertThat(recorder.asked).doesNotContain("Evil");
  }

  /** In the format of former releases the name is a key, of which only known ones mean a class. */
  @Test
  void theKeysOfTheFormerFormatNameNoForeignClass() throws IOException {
    Model model = network();
    for (String name : FOREIGN) {
      ObjectNode root = configuration(model);
      ObjectNode layer = (ObjectNode) root.at("/confs/0");
      ObjectNode values = (ObjectNode) layer.path("layer");
      values.remove("@class");
      layer.putObject("layer").set(name, values);
      Path file = file(model, root.toString());
      assertThatExceptionOfType(ModelFileException.class)
          .isThrownBy(() -> ModelFiles.load(file))
          .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
      assertNothingRan();
    }
  }

  @Test
  void aTrustedLayerCannotHaveForeignClassesLoadedByJackson() throws IOException {
    TrustedClasses trusted = TrustedClasses.STANDARD.withPackage(OwnLayer.class.getPackageName());
    MultiLayerNetwork model =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder().nIn(3).nOut(3).build())
                .layer(new OwnLayer())
                .build());
    model.init();
    for (String name : FOREIGN) {
      ObjectNode root = configuration(model);
      root.findParent("companion").put("companion", name);
      Path file = file(model, root.toString());
      assertThatExceptionOfType(ModelFileException.class)
          .isThrownBy(() -> ModelFiles.load(file, trusted))
          .withMessageContaining("names the class " + name);
      assertNothingRan();
    }
  }

  @Test
  void otherEntriesNameNoClassAtAll() throws IOException {
    Path file = folder.resolve("model.zip");
    ModelFiles.save(network(), file);
    Map<String, byte[]> entries = ModelZip.entries(Files.readAllBytes(file));
    String canary = Canary.Stranger.class.getName();
    String manifest = new String(entries.get("bnzoo.json"), UTF_8);
    entries.put("training.json", ("{\"@class\": \"" + canary + "\"}").getBytes(UTF_8));
    String named = String.format("{\"@class\": \"%s\", \"kind\": \"%<s\", ", canary);
    entries.put("bnzoo.json", (named + manifest.substring(1)).getBytes(UTF_8));
    Files.write(file, ModelZip.of(entries));
    assertThatExceptionOfType(ModelFileException.class).isThrownBy(() -> ModelFiles.load(file));
    entries.remove("bnzoo.json");
    Files.write(file, ModelZip.of(entries));
    assertThat(ModelFiles.open(file).training()).isPresent();
    assertNothingRan();
  }

  @Test
  void aPreprocessorOfAKerasReshapeIsTrusted() {
    assertThat(InputPreProcessor.class).isAssignableFrom(ReshapePreprocessor.class);
    assertThat(TrustedClasses.STANDARD.contains(ReshapePreprocessor.class.getName())).isTrue();
  }
}
