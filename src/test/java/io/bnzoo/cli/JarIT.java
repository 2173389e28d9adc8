package io.bnzoo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bnzoo.StockReader;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** The packaged jar in a JVM of its own, and what a JVM without this library makes of its files. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // Against a hang; far above what it takes.
class JarIT {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private static final Path JAR = Path.of("target", "bnzoo.jar").toAbsolutePath();

  @TempDir private Path folder;

  @Test
  void theJarRuns() throws IOException, InterruptedException {
    Process process = jar("models");
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(output).contains("deep-cnn", "337,826");
  }

  /** Where there is no such JDK, only what the jar says of itself is tested. */
  @Test
  void aLaterJdkHasNothingToWarnOf() throws IOException, InterruptedException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertThat(jar.getManifest().getMainAttributes().getValue("Enable-Native-Access"))
          .isEqualTo("ALL-UNNAMED");
    }
    String java = newestJava();
    Process process = process(java, "train", "mlp", "--data", "generated", "--batches", "1");
    try (BufferedReader errors = process.errorReader()) {
      assertThat(errors.lines()).as(java).noneMatch(line -> line.startsWith("WARNING"));
    }
    assertThat(process.waitFor()).isZero();
  }

  /** Of the JDKs that are installed beside the one that runs this. */
  private static String newestJava() throws IOException {
    Path home = Path.of(System.getProperty("java.home")).toRealPath();
    try (Stream<Path> homes = Files.list(home.getParent())) {
      return homes
          .filter(other -> Files.isExecutable(other.resolve("bin").resolve("java")))
          .max(Comparator.comparingInt(JarIT::release))
          .orElse(home)
          .resolve("bin")
          .resolve("java")
          .toString();
    }
  }

  private static int release(Path home) {
    try (var lines = Files.lines(home.resolve("release"))) {
      return lines
          .filter(line -> line.startsWith("JAVA_VERSION="))
          .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D*(\\d+).*", "$1")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bnzoo.jar", "batchnorm-zoo-"})
  void theNotebooksKernelIsNoPartOfTheJars(String name) throws IOException {
    try (Stream<Path> files = Files.list(JAR.getParent())) {
      Path file =
          files.filter(path -> path.getFileName().toString().startsWith(name)).findFirst().get();
      try (JarFile jar = new JarFile(file.toFile())) {
        assertThat(jar.stream().map(JarEntry::getName))
            .noneMatch(entry -> entry.contains("rapaio"));
      }
    }
  }

  @Test
  void thePretrainedWeightsArePartOfTheApplication() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertThat(jar.stream().map(JarEntry::getName))
          .contains("io/bnzoo/zoo/deep-cnn-plain.zip", "io/bnzoo/zoo/mlp-batch-norm.zip");
    }
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void aSignalKeepsWhatWasMeasured(String signal, int exitCode)
      throws IOException, InterruptedException {
    assumeTrue(File.separatorChar == '/', "skipped: there are no signals to send here");
    Process process =
        jar("train", "mlp", "--data", "generated", "--batches", "100000", "--name", "cut");
    try (BufferedReader output = process.inputReader()) {
      String line = output.readLine();
      while (line != null && !line.contains("batch   100")) {
        line = output.readLine();
      }
      assertThat(line).as("the training has begun").isNotNull();
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
      String rest = output.lines().collect(Collectors.joining("\n"));
      assertThat(rest).contains("stopped after");
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(exitCode);
    Path run = folder.resolve("runs").resolve("cut");
    assertThat(Files.readString(run.resolve("result.json"))).contains("\"Stopped\"");
    assertThat(run.resolve("accuracy.png")).isNotEmptyFile();
    assertThat(ModelFiles.load(run.resolve("batch-norm-seed-1.zip"))).isNotNull();
    assertThat(run.resolve("checkpoints")).isNotEmptyDirectory();
  }

  @Test
  void modelsOpenInAJvmThatHasDeeplearning4jAlone() throws IOException, InterruptedException {
    MultiLayerNetwork network =
        DeepCnn.builder().normalization(Normalization.batchNorm()).build().init();
    Path model = folder.resolve("model.zip");
    ModelFiles.save(network, model);
    String stock =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> entry.contains(".m2") || entry.endsWith(".jar"))
            .filter(entry -> !entry.endsWith("bnzoo.jar"))
            .collect(Collectors.joining(File.pathSeparator));
    Path reader = folder.resolve("classes");
    copyClass(reader);
    Process process =
        new ProcessBuilder(
                JAVA,
                "-cp",
                reader + File.pathSeparator + stock,
                StockReader.class.getName(),
                model.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    double expected =
        network.output(Nd4j.ones(DataType.FLOAT, 1, 28, 28, 1)).sumNumber().doubleValue();
    String last = output.lines().reduce((a, b) -> b).orElseThrow();
    assertThat(Double.parseDouble(last)).isCloseTo(expected, Assertions.within(1e-4));
  }

  private static void copyClass(Path folder) throws IOException {
    String name = StockReader.class.getName().replace('.', '/') + ".class";
    Path target = folder.resolve(name);
    Files.createDirectories(target.getParent());
    try (var in = StockReader.class.getClassLoader().getResourceAsStream(name)) {
      Files.copy(in, target);
    }
  }

  private Process jar(String... arguments) throws IOException {
    return process(JAVA, arguments);
  }

  private Process process(String java, String... arguments) throws IOException {
    List<String> command =
        Stream.concat(Stream.of(java, "-jar", JAR.toString()), Stream.of(arguments)).toList();
    return new ProcessBuilder(command).directory(folder.toFile()).start();
  }
}
