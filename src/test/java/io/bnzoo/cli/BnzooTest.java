package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What all commands have in common: help, and how wrong usage is explained. */
class BnzooTest extends CommandRun {
  @Test
  void withoutACommandItShowsItsHelp() {
    assertThat(run()).isEqualTo(Bnzoo.SUCCESS);
    assertThat(out.toString()).contains("compare", "train", "evaluate", "data", "models", "bench");
  }

  @Test
  void theListOfCommandsHasAWholeSentenceForEach() {
    run();
    String commands = out.toString();
    String list = commands.substring(commands.indexOf("Commands:"), commands.indexOf("Examples:"));
    assertThat(list.replaceAll("\\R {6,}", " ").lines()) // Some go on in a second line.
        .filteredOn(line -> line.startsWith("  "))
        .hasSize(Bnzoo.commandLine(Interruption.never()).getSubcommands().size())
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
  void theCommandsAreThese() {
    assertThat(commands())
        .contains("bnzoo", "bnzoo lesson run", "bnzoo evaluate", "bnzoo recalibrate");
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
        "lesson run all --scale 0         | scale must be in (0, 100], got 0.0",
        "lesson run all --at-once 0       | --at-once must be in [1, ",
        "evaluate                         | Missing required parameter: 'MODEL.zip'",
        "nonsense                         | there is no command 'nonsense'",
        "compar mlp                       | there is no command 'compar'; did you mean compare or convert?",
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
        "bench resnet                     | there is no model 'resnet'; there is deep-cnn, mlp, image-lstm, LeNet,",
        "bench mlp resnet                 | there is no model 'resnet'; there is deep-cnn, mlp, image-lstm, LeNet,",
        "bench LeNet resnet               | FaceNetNN4Small2, and .zip files of saved ones",
        "bench mlp LeNet                  | mlp is measured in other ways: give it a command of its own",
        "bench --image-size 32x32         | --image-size is not for the zoo's models",
        "bench mlp --batch-size 8         | --batch-size is not for the zoo's models",
        "bench mlp --variants recurrent-batch-norm | no model given has recurrent-batch-norm",
        "train mlp --reading PIXELS       | --reading is not for mlp",
        "train deep-cnn --units 3         | --units is not for deep-cnn",
        "train image-lstm --depth 3       | --depth is not for image-lstm",
        "train image-lstm --units 0       | --units must be at least 1, got 0",
        "train image-lstm --reading BACKWARDS | 'BACKWARDS'",
        "train image-lstm --activation relu | --activation of image-lstm must be tanh, got ReLU",
        "train image-lstm --variant low-level | use recurrent-batch-norm or plain",
        "compare mlp --variants plain,recurrent-batch-norm | use batch-norm, low-level, spelt-out",
        "bench LeNet --variants plain     | --variants is for the zoo's models",
        "bench LeNet --blocks 0           | blocks must be at least 1, got 0",
        "bench x.zip --batch-size 0       | --batch-size must be at least 1, got 0",
        "bench LeNet --image-size 32      | expected HEIGHTxWIDTH, as in 32x32, got '32'",
        "bench resnet50 --image-size 64x64 | ResNet50 takes images of at least 69 x 69 pixels, got 64 x 64",
        "models resnet                    | there is no model 'resnet'; there is LeNet, SimpleCNN, VGG16",
        "models mlp                       | mlp has as many networks as variants: give the file of one",
        "models --image-size 32x32        | --image-size is for one model: give its name or file",
        "models UNet --image-size 32x40   | UNet takes images whose height and width are multiples of 16",
        "memory image-lstm --variant low-level | use recurrent-batch-norm or plain",
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
    assertThat(run("bench", "")).isEqualTo(Bnzoo.USAGE);
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
  void aNameThatIsNoFolderNameIsRefused() {
    for (String name : List.of("no/such/folder", "..", ".", "")) {
      assertThat(train("--batches", "2", "--fresh", "--name", name)).isEqualTo(Bnzoo.USAGE);
      assertThat(out.toString()).as("no data is read").isEmpty();
      assertThat(err.toString()).contains("--name must be the name of one folder, got '" + name);
    }
  }
}
