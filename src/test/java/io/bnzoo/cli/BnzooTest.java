package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bnzoo.experiment.Variants;
import io.bnzoo.files.FolderLock;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.storage.ModelOrigin;
import io.bnzoo.storage.own.OwnLayer;
import io.bnzoo.zoo.ImageShape;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.Variant;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;
import picocli.CommandLine;

/** Every command, run in this JVM on generated digits. */
class BnzooTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return run(Interruption.never(), arguments);
  }

  private int run(Interruption interruption, String... arguments) {
    CommandLine commandLine = Bnzoo.commandLine(interruption);
    commandLine.setOut(new PrintWriter(out));
    commandLine.setErr(new PrintWriter(err));
    return commandLine.execute(arguments);
  }

  private int train(String... more) {
    String[] start = {"train", "mlp", "--data", "generated", "--runs", folder.toString()};
    return run(Stream.of(start, more).flatMap(Arrays::stream).toArray(String[]::new));
  }

  @Test
  void withoutACommandItShowsItsHelp() {
    assertThat(run()).isEqualTo(Bnzoo.SUCCESS);
    assertThat(out.toString()).contains("compare", "train", "evaluate", "data", "models", "bench");
  }

  @Test
  void theListOfCommandsHasAWholeSentenceForEach() {
    run();
    String commands = out.toString();
    assertThat(
            commands
                .substring(commands.indexOf("Commands:"), commands.indexOf("Examples:"))
                .lines())
        .filteredOn(line -> line.startsWith("  "))
        .hasSize(8)
        .allSatisfy(line -> assertThat(line).endsWith("."));
  }

  /** Of every command there is, {@code lesson run} among them. */
  static List<String> commands() {
    List<String> names = new ArrayList<>();
    addCommands(Bnzoo.commandLine(Interruption.never()), names);
    return names;
  }

  private static void addCommands(CommandLine command, List<String> names) {
    names.add(command.getCommandSpec().qualifiedName());
    command.getSubcommands().values().forEach(below -> addCommands(below, names));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelpWithAnExampleWithin80Columns(String command) {
    String line = (command + " --help").substring("bnzoo ".length());
    assertThat(run(line.split(" ", -1))).isEqualTo(Bnzoo.SUCCESS);
    assertThat(out.toString()).contains("Usage: " + command).contains("Example");
    assertThat(out.toString().lines())
        .allSatisfy(shown -> assertThat(shown.length()).isLessThanOrEqualTo(80));
  }

  @Test
  void thereAreElevenCommands() {
    assertThat(commands()).hasSize(11).contains("bnzoo", "bnzoo lesson run");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "compare --version", "lesson run --version"})
  void theVersionNamesTheLibraryUnderneath(String line) {
    assertThat(run(line.split(" ", -1))).isEqualTo(Bnzoo.SUCCESS);
    assertThat(out.toString()).contains("Deeplearning4j 1.0.0-M2.1").doesNotContain("$");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "compare                          | Missing required parameter: 'MODEL'",
        "compare resnet                   | there is no model 'resnet'; there is deep-cnn, mlp",
        "compare mlp --variants plain,x   | there is no variant 'x'; there is plain, batch-norm, low-level",
        "compare mlp --seeds one          | seeds are whole numbers such as 3, 1,2,5 or 1..3",
        "compare mlp --seeds 3..1         | the range '3..1' is empty",
        "train mlp --batches 0            | batches must be at least 1, got 0",
        "train mlp --learning-rate -1     | --learning-rate must be above 0, got -1.0",
        "train mlp --initial-stddev 0     | stddev must be above 0, got 0.0",
        "train mlp --activation step      | 'step'",
        "train mlp --batch-size 1         | batch normalization needs batches of at least 2",
        "compare mlp --seeds 1,1          | seeds must differ from each other, got 1 twice",
        "compare mlp --variants plain,plain | variants must differ from each other",
        "train mlp --batch-size 55001      | --batch-size must be at most 55000",
        "compare mlp --variants plain-after | there is no variant 'plain-after'",
        "train mlp --threads 0            | --threads must be in [1, ",
        "compare mlp --threads 5000       | cores, got 5000",
        "train mlp --checkpoint-every x   | such as 500, 30s or 5min, not 'x'",
        "train mlp --checkpoint-every 0   | checkpoints need at least 1 batch between them, got 0",
        "train mlp --resume runs/x        | --resume takes everything from its folder",
        "train mlp --keep-checkpoints 0   | at least 1 checkpoint must be kept, got 0",
        "memory mlp --repetitions 99      | repetitions must be at least 100, got 99",
        "bench --blocks 0                 | blocks must be at least 1, got 0",
        "lesson run                       | Missing required parameter: 'ID'",
        "lesson run cell-99               | there is no experiment 'cell-99'; there is cell-04, cell-05",
        "lesson run all --scale 0         | scale must be in (0, 1], got 0.0",
        "lesson run all --at-once 0       | --at-once must be in [1, ",
        "evaluate                         | Missing required parameter: 'MODEL.zip'",
        "nonsense                         | there is no command 'nonsense'",
        "compar mlp                       | there is no command 'compar'; did you mean compare?",
        "lesson rum                       | there is no command 'rum'; did you mean run?",
        "compare mlp --bathces 3          | there is no option '--bathces'; did you mean --batches",
        "compare mlp deep-cnn             | one argument too many: 'deep-cnn'",
        "train mlp --batches              | Missing required parameter for option '--batches' (N)",
        "train mlp --batches 99999999999  | '99999999999' is no whole number up to 2147483647",
        "train mlp --batch-size -5        | --batch-size must be at least 1, got -5",
        "train mlp --learning-rate 0,1    | '0,1' is no number such as 0.01",
        "train mlp --learning-rate NaN    | --learning-rate must be",
        "train mlp --checkpoint-every -1  | such as 500, 30s or 5min, not '-1'",
        "train mlp --seeds 1,,2           | seeds are whole numbers such as 3, 1,2,5 or 1..3, not '1,,2'",
        "train mlp --seeds 1..1000000000  | at most 10,000 seeds are taken at a time, '1..1000000000' is",
        "train mlp --seeds -9223372036854775808..9223372036854775807 | at most 10,000 seeds",
        "compare mlp --seeds 1..9000      | at most 10,000 networks are trained by one command",
        "lesson run all --seeds 1..5000   | at most 10,000 networks are trained by one command",
        "lesson run all --at-once 100000  | --at-once must be in [1, ",
        "lesson run all --name ../x       | --name must be the name of one folder, got '../x'",
        "lesson run all --runs pom.xml    | --runs must be a folder, and 'pom.xml' is a file",
        "train mlp --runs pom.xml         | --runs must be a folder, and 'pom.xml' is a file",
        "train mlp --name /tmp            | --name must be the name of one folder, got '/tmp'",
        "train @pom.xml                   | there is no model '@pom.xml'",
        "bench resnet                     | there is no model 'resnet'; there is deep-cnn, mlp",
        "memory resnet                    | there is no model 'resnet'; there is deep-cnn, mlp",
        "evaluate x.zip --trust com/layers | --trust: \"com/layers\" is not the name of a package",
      })
  void wrongUsageIsExplainedInALineAndEndsWithTwo(String line, String message) {
    assertThat(run(line.trim().split(" +", -1))).isEqualTo(Bnzoo.USAGE);
    assertThat(err.toString().lines())
        .satisfiesExactly(
            first -> assertThat(first).startsWith("bnzoo").contains(message),
            second -> assertThat(second).matches("See bnzoo[a-z ]* --help\\."));
    assertThat(out.toString()).as("nothing has been begun").isEmpty();
  }

  @Test
  void emptyNamesOfFilesAreRefused() {
    for (String option : List.of("--runs", "--data", "--resume")) {
      assertThat(run("train", "mlp", option, "")).isEqualTo(Bnzoo.USAGE);
      assertThat(err.toString()).contains("Invalid value for option '" + option + "'", "is empty");
    }
    assertThat(run("evaluate", "")).isEqualTo(Bnzoo.USAGE);
  }

  @Test
  void namesThatTheFileSystemCannotHaveAreRefused() {
    for (String option : List.of("--name", "--runs", "--data")) {
      assertThat(run("train", "mlp", option, "a\0b")).isEqualTo(Bnzoo.USAGE);
    }
    assertThat(train("--name", "x".repeat(201))).isEqualTo(Bnzoo.USAGE);
    assertThat(err.toString())
        .contains("'a\\u0000b' cannot name a file", "at most 200 bytes, got 201");
    assertThat(err.toString().lines()).hasSize(8);
  }

  @Test
  void controlCharactersOfNamesDoNotReachTheTerminal() {
    String name = "\u001b]0;title\u0007\u009b31m\u202e\n";
    assertThat(run("evaluate", name + ".zip")).isEqualTo(Bnzoo.FAILURE);
    String runs = folder.resolve(name).toString();
    assertThat(run("train", "mlp", "--data=generated", "--batches=2", "--runs=" + runs)).isZero();
    assertThat(train("--name", name)).isEqualTo(Bnzoo.USAGE);
    assertThat(out + err.toString())
        .contains("there is no file \\u001b]0;title\\u0007\\u009b31m\\u202e\\u000a.zip")
        .doesNotContainPattern("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u202e]");
  }

  @Test
  void modelsListsTheRegistry() {
    assertThat(run("models")).isEqualTo(Bnzoo.SUCCESS);
    assertThat(out.toString())
        .containsPattern("deep-cnn +337,826 +340,406 +800 +64")
        .containsPattern("mlp +99,710 +100,610 +2000 +60");
  }

  @Test
  void modelsAndDataSpeakJson() throws IOException {
    assertThat(run("models", "--json")).isEqualTo(Bnzoo.SUCCESS);
    assertThat(json(out.toString()).at("/0/batchNormParameters").asInt()).isEqualTo(340_406);
    out.getBuffer().setLength(0);
    assertThat(run("data", "--data", "generated", "--json")).isEqualTo(Bnzoo.SUCCESS);
    assertThat(json(out.toString()).at("/training").asInt()).isEqualTo(55_000);
  }

  @Test
  void modelsExplainsWhatEveryVariantsLabelIsMadeOf() {
    run("models");
    for (Variant variant : Variants.all()) {
      String normalization = variant.normalization().label();
      assertThat(out.toString()).containsPattern("(?m)^  " + normalization + " ");
      String ending = variant.label().substring(normalization.length());
      assertThat(out.toString())
          .containsPattern("(?m)^  " + (ending.isEmpty() ? "\\(none\\)" : ending) + " ");
    }
  }

  @Test
  void anySetOfVariantsIsComparedInOneTable() throws IOException {
    int code =
        run(
            "compare",
            "mlp",
            "--variants",
            "low-level-after,plain,spelt-out-then-bias",
            "--batches",
            "3",
            "--data",
            "generated",
            "--runs",
            folder.toString(),
            "--name",
            "three");
    assertThat(code).isEqualTo(Bnzoo.SUCCESS);
    assertThat(out.toString())
        .containsPattern("(?m)^low-level-after +1 +0\\.")
        .containsPattern("(?m)^plain +1 +0\\.")
        .containsPattern("(?m)^spelt-out-then-bias +1 +0\\.");
    assertThat(out.toString().lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
    assertThat(folder.resolve("three").resolve("low-level-after-seed-1.zip")).exists();
    assertThat(
            run(
                "evaluate",
                folder.resolve("three").resolve("spelt-out-then-bias-seed-1.zip").toString(),
                "--data",
                "generated"))
        .isEqualTo(Bnzoo.SUCCESS);
  }

  @Test
  void theOptionsReachTheNetwork() throws IOException {
    int cores = Runtime.getRuntime().availableProcessors();
    int code =
        train(
            "--variant",
            "plain",
            "--batches",
            "3",
            "--batch-size",
            "7",
            "--activation",
            "tanh",
            "--learning-rate",
            "0.5",
            "--initial-stddev",
            "2",
            "--seed",
            "9",
            "--threads",
            Integer.toString(cores),
            "--json");
    assertThat(code).isZero();
    assertThat(json(out.toString()).at("/threads").asInt()).isEqualTo(cores);
    JsonNode variant = json(out.toString()).at("/variants/0");
    assertThat(variant.at("/label").asText()).isEqualTo("plain");
    assertThat(variant.at("/plan/batchSize").asInt()).isEqualTo(7);
    assertThat(variant.at("/plan/dataSeed").asInt()).isEqualTo(9);
    assertThat(variant.at("/specification/activation").asText()).isEqualTo("TANH");
    assertThat(variant.at("/specification/optimizer/learningRate").asDouble()).isEqualTo(0.5);
    assertThat(variant.at("/specification/initialWeights/stddev").asDouble()).isEqualTo(2);
  }

  @Test
  void dataSaysWhatItFoundAndVerified() {
    assertThat(run("data", "--data", "generated")).isEqualTo(Bnzoo.SUCCESS);
    assertThat(out.toString())
        .contains("generated digits, as asked for")
        .contains("verified: 55,000 training, 5,000 validation and 10,000 test images");
  }

  @Test
  void dataRefusesAFolderWithoutDigitsInOneLine() {
    assertThat(run("data", "--data", folder.toString())).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .startsWith("bnzoo: " + folder + " has no train-images-idx3-ubyte");
  }

  @Test
  void dataRefusesAnImpossibleHeaderInOneLine() throws IOException {
    for (String name : new String[] {"train-images-idx3", "t10k-images-idx3"}) {
      ByteBuffer header = ByteBuffer.allocate(16).putInt(0x803).putInt(Integer.MAX_VALUE);
      header.putInt(Integer.MAX_VALUE).putInt(Integer.MAX_VALUE);
      Files.write(folder.resolve(name + "-ubyte"), header.array());
    }
    for (String name : new String[] {"train-labels-idx1", "t10k-labels-idx1"}) {
      Files.write(folder.resolve(name + "-ubyte"), new byte[] {0, 0, 8, 1, 0, 0, 0, 1, 7});
    }
    assertThat(run("data", "--data", folder.toString())).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .contains("-ubyte holds other data than its name says: expected 60000");
  }

  @Test
  void trainSavesTheModelAndItsFiguresAndEvaluateReadsThem() throws IOException {
    assertThat(train("--batches", "300", "--learning-rate", "0.3", "--name", "one")).isZero();
    assertThat(out.toString())
        .contains("batch     0  validation  loss")
        .contains("batch    25  training    loss")
        .contains("final validation accuracy")
        .contains("first 200 test images one at a time")
        .contains("batch-norm");
    Path run = folder.resolve("one");
    for (String name : new String[] {"result.json", "result.md", "accuracy.png", "loss.png"}) {
      assertThat(run.resolve(name)).isNotEmptyFile();
    }
    JsonNode trained = json(Files.readString(run.resolve("result.json")));
    out.getBuffer().setLength(0);
    String model = run.resolve("batch-norm-seed-1.zip").toString();
    assertThat(run("evaluate", model, "--data", "generated", "--json")).isZero();
    JsonNode evaluated = json(out.toString());
    assertThat(evaluated.at("/evaluation/accuracy").asDouble())
        .isEqualTo(trained.at("/variants/0/finals/test/accuracy").asDouble())
        .isGreaterThan(0.5);
    assertThat(evaluated.at("/evaluation/classes").size()).isEqualTo(10);
  }

  @Test
  void evaluateSaysWhatVouchesForAModel() throws IOException {
    assertThat(train("--batches", "2", "--name", "ours")).isZero();
    String ours = folder.resolve("ours").resolve("batch-norm-seed-1.zip").toString();
    assertThat(run("evaluate", ours, "--data", "generated")).isZero();
    assertThat(out.toString())
        .containsPattern("model: every entry as its bnzoo.json has it, after 2 batches");
    Path stock = folder.resolve("stock.zip");
    ModelSerializer.writeModel(ThreeLayerMlp.builder().build().init(), stock.toFile(), true);
    assertThat(run("evaluate", stock.toString(), "--data", "generated")).isZero();
    assertThat(out.toString()).contains("model: nothing vouches for it; it has no bnzoo.json");
  }

  @Test
  void evaluateShowsATableWithin80Columns() throws IOException {
    Path model = folder.resolve("model.zip");
    ModelFiles.save(ThreeLayerMlp.builder().build().init(), model);
    assertThat(run("evaluate", model.toString(), "--data", "generated")).isZero();
    assertThat(out.toString()).contains("accuracy", "one by one", "precision", "recall");
    assertThat(out.toString().lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
  }

  @Test
  void evaluateTakesLayersOfOnesOwnWhenTheirPackageIsTrusted() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new OwnLayer())
                .layer(
                    new OutputLayer.Builder()
                        .nIn(784)
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.init();
    String model = folder.resolve("model.zip").toString();
    ModelFiles.save(network, Path.of(model));
    assertThat(run("evaluate", model, "--data", "generated")).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString().lines()).singleElement().asString().contains("--trust");
    String own = OwnLayer.class.getPackageName();
    assertThat(run("evaluate", model, "--data", "generated", "--trust", own)).isZero();
    assertThat(out.toString()).contains("accuracy");
  }

  @Test
  void evaluateSaysInWhichValuesAModelWasGivenItsPixels() throws IOException {
    Path model = folder.resolve("model.zip");
    ModelFiles.save(ThreeLayerMlp.builder().build().init(), model);
    assertThat(run("evaluate", model.toString(), "--data", "generated")).isZero();
    assertThat(out.toString()).containsPattern("pixels +0 to 1, no normalizer");
    ModelSerializer.addNormalizerToModel(model.toFile(), new ImagePreProcessingScaler(-1, 1));
    assertThat(run("evaluate", model.toString(), "--data", "generated")).isZero();
    assertThat(out.toString())
        .contains("model: its normalizer was added later; nothing vouches for it")
        .containsPattern("pixels +0 to 255, then ImagePreProcessingScaler\\(-1, 1\\)");
    assertThat(out.toString().lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
    out.getBuffer().setLength(0);
    assertThat(run("evaluate", model.toString(), "--data", "generated", "--json")).isZero();
    JsonNode pixels = json(out.toString()).at("/evaluation/pixels");
    assertThat(pixels.at("/white").asInt()).isEqualTo(255);
    assertThat(pixels.at("/normalizer").asText()).isEqualTo("ImagePreProcessingScaler(-1, 1)");
    assertThat(run("evaluate", model.toString(), "--data", "generated", "--engine", "onednn"))
        .isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString())
        .contains("oneDNN cannot run this network: the model has a normalizer");
  }

  @Test
  void evaluateSaysThatAModelWasTrainedOnOtherDigits() throws IOException {
    Path model = folder.resolve("model.zip");
    ThreeLayerMlp mlp = ThreeLayerMlp.builder().build();
    String mnist = "d0a3eec1f5a454401d758fdbf15b9b0163a7034963586d671960c180b97e2c1a";
    ModelFiles.save(mlp.init(), model, new ModelOrigin(mlp.spec(), mnist, 5));
    assertThat(run("evaluate", model.toString(), "--data", "generated", "--json")).isZero();
    assertThat(err.toString().lines())
        .contains("model: trained on MNIST; evaluated on drawn digits");
    assertThat(json(out.toString()).at("/trainedOn/kind").asText()).isEqualTo("MNIST");
    assertThat(json(out.toString()).at("/trainedOn/same").asBoolean(true)).isFalse();
  }

  @Test
  void evaluateSaysNothingOfDigitsThatAModelWasTrainedOn() throws IOException {
    assertThat(train("--batches", "2", "--name", "ours")).isZero();
    out.getBuffer().setLength(0);
    String model = folder.resolve("ours").resolve("batch-norm-seed-1.zip").toString();
    assertThat(run("evaluate", model, "--data", "generated", "--json")).isZero();
    assertThat(err.toString()).doesNotContain("trained on");
    assertThat(json(out.toString()).at("/trainedOn/same").asBoolean()).isTrue();
    assertThat(json(out.toString()).at("/trainedOn/kind").asText()).isEqualTo("GENERATED");
  }

  @Test
  void evaluateSaysInOneLineWhyItCannotUseAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("model.zip"), "no model");
    assertThat(run("evaluate", file.toString())).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .contains("model.zip is not an intact .zip file");
  }

  @Test
  void evaluateSaysInOneLineThatAModelTakesOtherImages() throws IOException {
    Path model = folder.resolve("model.zip");
    ModelFiles.save(
        ThreeLayerMlp.builder().input(ImageShape.withChannels(1).height(8).width(8)).build().init(),
        model);
    assertThat(run("evaluate", model.toString(), "--data", "generated")).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .endsWith(
            "model.zip cannot be evaluated here: the model takes 64 values; the digits are 28 x 28"
                + " x 1");
  }

  @Test
  void compareAsJsonPrintsNothingElse() throws IOException {
    int code =
        run(
            "compare",
            "mlp",
            "--data",
            "generated",
            "--runs",
            folder.toString(),
            "--batches",
            "4",
            "--seeds",
            "1,2",
            "--variants",
            "batch-norm,plain",
            "--json");
    assertThat(code).isZero();
    JsonNode result = json(out.toString());
    assertThat(result.at("/variants").size()).isEqualTo(4);
    assertThat(result.at("/variants/3/specification/seed").asInt()).isEqualTo(2);
    assertThat(result.at("/variants/0/label").asText()).isEqualTo("batch-norm");
    assertThat(result.at("/data/kind").asText()).isEqualTo("GENERATED");
    assertThat(folder.resolve("compare-mlp").resolve("plain-seed-2.zip")).isNotEmptyFile();
  }

  @Test
  void quietPrintsTheResultAlone() {
    assertThat(train("--batches", "2", "--quiet")).isZero();
    assertThat(out.toString()).doesNotContain("batch     0").contains("network", "written to");
  }

  @Test
  void aNameThatIsTakenIsRefusedBeforeAnythingIsTrained() throws IOException {
    Files.writeString(Files.createDirectory(folder.resolve("taken")).resolve("thesis.txt"), "");
    assertThat(train("--batches", "2", "--name", "taken")).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString())
        .contains("does not hold this run: it has no run.json; choose another --name, or --fresh");
    assertThat(out.toString()).doesNotContain("batch     0");
  }

  @Test
  void aNameThatIsNoFolderNameIsRefused() {
    for (String name : List.of("no/such/folder", "..", ".", "")) {
      assertThat(train("--batches", "2", "--fresh", "--name", name)).isEqualTo(Bnzoo.USAGE);
      assertThat(out.toString()).as("no data is read").isEmpty();
      assertThat(err.toString()).contains("--name must be the name of one folder, got '" + name);
    }
  }

  @Test
  void theSameCommandGoesOnAndAnotherOneHasAFolderOfItsOwn() throws IOException {
    assertThat(train("--batches", "3")).isZero();
    String first = Files.readString(folder.resolve("train-mlp-batch-norm/batch-norm-seed-1.json"));
    assertThat(train("--batches", "3")).isZero();
    assertThat(err.toString()).contains("batch-norm-seed-1 is here already");
    assertThat(folder.resolve("train-mlp-batch-norm/batch-norm-seed-1.json")).hasContent(first);
    assertThat(train("--batches", "4")).isZero();
    assertThat(folder.resolve("train-mlp-batch-norm-2")).isDirectory();
    assertThat(train("--batches", "3", "--fresh")).isZero();
    assertThat(folder.resolve("train-mlp-batch-norm-old")).isDirectory();
    assertThat(folder.resolve("train-mlp-batch-norm/batch-norm-seed-1.zip")).isNotEmptyFile();
  }

  @Test
  void anInterruptedTrainingGoesOnFromItsCheckpointByTheSameCommandOrFromItsFolder()
      throws IOException {
    String[] start = {
      "train", "mlp", "--data", "generated", "--runs", folder.toString(), "--batches", "60"
    };
    assertThat(run(with(start, "--name", "whole"))).isZero();
    for (String line : List.of("batch    25", "batch    50")) {
      assertThat(interruptedAt(line, with(start, "--name", "cut"))).isZero();
      assertThat(err.toString()).contains("stopped: the same command goes on from here");
    }
    assertThat(folder.resolve("cut/checkpoints").toFile().list()).isNotEmpty();
    assertThat(run("train", "--resume", folder.resolve("cut").toString())).isZero();
    assertThat(err.toString())
        .contains("batch-norm-seed-1 goes on after batch 26", "goes on after batch 51");
    assertThat(folder.resolve("cut/checkpoints").toFile().list()).isEmpty();
    assertThat(folder.resolve("cut/batch-norm-seed-1.zip"))
        .hasSameBinaryContentAs(folder.resolve("whole/batch-norm-seed-1.zip"));
  }

  private static String[] with(String[] start, String... more) {
    return Stream.of(start, more).flatMap(Arrays::stream).toArray(String[]::new);
  }

  /** As with Ctrl-C at the moment when a line is printed. */
  private int interruptedAt(String line, String... arguments) {
    Interruption interruption = Interruption.never();
    return runAndAt(line, interruption::request, interruption, arguments);
  }

  /** Does something at the moment when a line is printed. */
  private int runAndAt(
      String line, Runnable action, Interruption interruption, String... arguments) {
    CommandLine commandLine = Bnzoo.commandLine(interruption);
    commandLine.setErr(new PrintWriter(err));
    commandLine.setOut(
        new PrintWriter(
            new FilterWriter(out) {
              @Override
              public void write(String text, int from, int length) throws IOException {
                super.write(text, from, length);
                if (text.contains(line)) {
                  action.run();
                }
              }
            }));
    return commandLine.execute(arguments);
  }

  @Test
  void aFolderThatIsRemovedDuringTheRunIsMadeAgain() {
    Path run = folder.resolve("train-mlp-batch-norm");
    int code =
        runAndAt(
            "batch    25",
            () -> FileUtils.deleteQuietly(run.toFile()),
            Interruption.never(),
            "train",
            "mlp",
            "--data=generated",
            "--runs=" + folder,
            "--batches=40",
            "--checkpoint-every=10");
    assertThat(code).isZero();
    assertThat(run.resolve("batch-norm-seed-1.zip")).isNotEmptyFile();
    assertThat(run.resolve("result.json")).isNotEmptyFile();
  }

  @Test
  void aFileInTheFoldersPlaceIsNamed() throws IOException {
    Files.writeString(folder.resolve("taken"), "");
    assertThat(train("--batches", "2", "--name", "taken")).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString()).contains("taken: there is a file of this name, and a folder is");
  }

  @Test
  void aComparisonIsResumedWithAllItsOptions() throws IOException {
    String[] start = {
      "compare",
      "mlp",
      "--data=generated",
      "--runs",
      folder.toString(),
      "--name",
      "odd name",
      "--variants",
      "plain,low-level",
      "--seeds",
      "2..3",
      "--activation",
      "sigmoid",
      "--batches=2"
    };
    assertThat(run(start)).isZero();
    Files.delete(folder.resolve("odd name/low-level-seed-3.json"));
    err.getBuffer().setLength(0);
    assertThat(run("compare", "--resume", folder.resolve("odd name").toString())).isZero();
    assertThat(err.toString())
        .contains("plain-seed-2 is here already", "plain-seed-3 is here already")
        .doesNotContain("low-level-seed-3 is here already");
    assertThat(folder.resolve("odd name/low-level-seed-3.json")).isNotEmptyFile();
  }

  @Test
  void whatIsNoRunIsNotSetAside() throws IOException {
    Files.writeString(Files.createDirectory(folder.resolve("taken")).resolve("thesis.txt"), "");
    assertThat(train("--batches", "2", "--name", "taken", "--fresh")).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString()).contains("nothing in it is a run's");
    assertThat(folder.resolve("taken").resolve("thesis.txt")).exists();
  }

  @Test
  void theSecondProcessOnARunsFolderIsToldSo() throws IOException {
    assertThat(train("--batches", "2")).isZero();
    try (FolderLock held = FolderLock.take(folder.resolve("train-mlp-batch-norm"))) {
      assertThat(train("--batches", "2")).isEqualTo(Bnzoo.FAILURE);
    }
    assertThat(err.toString()).contains("is in use by another process: wait until that is done");
  }

  @Test
  void resumingAFolderWithoutARunSaysSo() {
    assertThat(run("train", "--resume", folder.toString())).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString()).contains("holds no run of train or compare: it has no run.json");
  }

  @Test
  void oneCommandDoesNotResumeAnothersRun() {
    assertThat(train("--batches", "2", "--name", "one")).isZero();
    out.getBuffer().setLength(0);
    String run = folder.resolve("one").toString();
    assertThat(run("compare", "--resume", run)).isEqualTo(Bnzoo.USAGE);
    assertThat(err.toString()).contains(run + " holds a run of train: bnzoo train --resume " + run);
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'train', 'mlp', '--fresh'     | holds a command that began no run: it has --fresh",
        "'train', 'mlp', '--resume=x'  | holds a command that began no run: it has --resume",
        "'train', 'mlp', '--runs=/tmp' | holds a command that began no run: it has --runs",
        "'train', '--help'             | holds a command that began no run: it has --help",
        "'train', '@/etc/passwd'       | that bnzoo does not take: Invalid value for positional",
        "'train', 'mlp', '--batches=0' | --batches must be at least 1, got 0",
        "'data'                        | holds no run of train or compare",
        "                              | holds no run of train or compare",
        "null                          | run.json is damaged",
        "'train', ['mlp']              | run.json is damaged",
        "'train'], 'command': ['mlp'   | run.json is damaged"
      })
  void aStoredCommandIsTakenForWhatARunsCommandCanBe(String command, String message)
      throws IOException {
    String arguments = Objects.toString(command, "").replace('\'', '"');
    Files.writeString(folder.resolve("run.json"), "{\"command\": [" + arguments + "]}");
    assertThat(run("train", "--resume", folder.toString())).isNotZero();
    assertThat(err.toString()).contains(message).doesNotContain("root:");
    assertThat(folder.toFile().list()).containsExactly("run.json");
  }

  @Test
  void aFinishedModelThatWasDamagedIsToldAndTrainedAgain() throws IOException {
    assertThat(train("--batches", "2", "--name", "one")).isZero();
    Path model = folder.resolve("one/batch-norm-seed-1.zip");
    byte[] written = Files.readAllBytes(model);
    Files.write(model, Arrays.copyOf(written, written.length / 2));
    assertThat(train("--batches", "2", "--name", "one")).isZero();
    assertThat(err.toString())
        .contains("is damaged, or was changed after it was written: batch-norm-seed-1 is trained")
        .doesNotContain("is here already");
    assertThat(model).hasBinaryContent(written);
  }

  @Test
  void narrationStaysWithin80Columns() {
    String longest =
        Variants.all().stream()
            .map(Variant::label)
            .max(Comparator.comparing(String::length))
            .orElseThrow();
    int code =
        interruptedAt(
            "batch     0",
            "train",
            "mlp",
            "--data=generated",
            "--variant=" + longest,
            "--seed=" + Long.MIN_VALUE,
            "--batches=1000000",
            "--batch-size=10000",
            "--runs=" + folder,
            "--name=" + "n".repeat(60));
    assertThat(code).isZero();
    List<String> lines = out.toString().lines().toList();
    List<String> narration = lines.subList(0, lines.lastIndexOf("") - 3);
    assertThat(narration)
        .contains(
            "mlp, " + longest + ", seed " + Long.MIN_VALUE + ": 1000000 batches of", "  10000")
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
  }

  @Test
  void aDivergingNetworkIsReportedAndNoFailure() {
    int code = train("--variant", "plain", "--learning-rate", "1e25", "--batches", "60", "--quiet");
    assertThat(code).isZero();
    assertThat(out.toString()).contains("diverged at batch").contains("no longer a number");
  }

  @Test
  void whatWasMeasuredBeforeAnInterruptionIsKept() throws IOException {
    Interruption interruption = Interruption.never();
    interruption.request();
    int code =
        run(
            interruption,
            "compare",
            "mlp",
            "--data",
            "generated",
            "--runs",
            folder.toString(),
            "--name",
            "cut");
    assertThat(code).isZero();
    assertThat(
            json(Files.readString(folder.resolve("cut").resolve("result.json")))
                .at("/variants")
                .size())
        .isZero();
  }

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }
}
