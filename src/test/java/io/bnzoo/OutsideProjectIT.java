package io.bnzoo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bnzoo.storage.Versions;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A project of somebody's own, {@code src/test/outside}, that has the README's coordinates among
 * its dependencies: built by Maven, offline, and run.
 *
 * <p>Its local repository has the jar and the pom that were made here, and links to everything that
 * is in the user's own, where nothing is installed.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // Against a hang; far above what it takes.
class OutsideProjectIT {
  private static final Path SOURCE = Path.of("src", "test", "outside");
  private static final Pattern PLACEHOLDER = Pattern.compile("@([a-z.-]+)@");
  private static final Pattern DEPENDENCY = Pattern.compile("(?s)```xml\n(<dependency>.*?)```");
  private static final Path LIBRARY_PAGE = Path.of("src", "site", "markdown", "library.md");
  private static final Path OURS = Path.of("io", "bnzoo", "batchnorm-zoo");

  /** No temporary folder: JUnit warns of each link in it. */
  private static final Path FOLDER = Path.of("target", "outside").toAbsolutePath();

  private static List<Path> classPath;
  private static String output;
  private static String withoutWeights;
  private static String withWeights;

  @BeforeAll
  static void buildAndRun() throws IOException, InterruptedException {
    String maven = System.getProperty("maven.home", "");
    String repository = System.getProperty("maven.local", "");
    assumeTrue(!maven.isEmpty() && !repository.isEmpty(), "skipped: Maven runs this test");
    assumeTrue(File.separatorChar == '/', "skipped: links need rights that few have here");
    remove(FOLDER);
    Path own = FOLDER.resolve("repository");
    link(Path.of(repository), own, OURS);
    install(own.resolve(OURS).resolve(Versions.bnzoo()));
    Path project = FOLDER.resolve("project");
    copyProject(project);
    List<String> mvn =
        List.of(
            Path.of(maven, "bin", "mvn").toString(),
            "-o",
            "-q",
            "-B",
            "-Dmaven.repo.local=" + own,
            "-Dmdep.outputFile=class-path.txt");
    String found = built(project, mvn);
    classPath = Stream.of(found.split(File.pathSeparator)).map(Path::of).toList();
    output = java(project, found, "Outside");
    withoutWeights = java(project, found, "Recognize");
    String more = built(project, Stream.concat(mvn.stream(), Stream.of("-Ppretrained")).toList());
    withWeights = java(project, more, "Recognize");
  }

  /** Compiles the project; the class path that it runs with. */
  private static String built(Path project, List<String> mvn)
      throws IOException, InterruptedException {
    List<String> goals = List.of("compile", "dependency:build-classpath");
    run(project, Stream.concat(mvn.stream(), goals.stream()).toArray(String[]::new));
    return project.resolve("target").resolve("classes")
        + File.pathSeparator
        + Files.readString(project.resolve("class-path.txt"));
  }

  private static String java(Path project, String classPath, String program)
      throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return run(project, java, "-Xmx1g", "-cp", classPath, program);
  }

  /** Links, not what they lead to. */
  private static void remove(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> entries = Files.walk(folder)) {
        for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(entry);
        }
      }
    }
  }

  /** Everything but one folder of a repository, which is left to be filled. */
  private static void link(Path from, Path to, Path except) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> entries = Files.list(from)) {
      for (Path entry : entries.toList()) {
        Path name = entry.getFileName();
        if (!except.startsWith(name)) {
          Files.createSymbolicLink(to.resolve(name), entry);
        } else if (except.getNameCount() > 1) {
          link(entry, to.resolve(name), name.relativize(except));
        }
      }
    }
  }

  private static void install(Path target) throws IOException {
    Files.createDirectories(target);
    String name = "batchnorm-zoo-" + Versions.bnzoo();
    for (String jar : List.of(name + ".jar", name + "-pretrained.jar")) {
      Files.copy(Path.of("target", jar), target.resolve(jar));
    }
    Files.copy(Path.of("target", "installed-pom.xml"), target.resolve(name + ".pom"));
  }

  private static void copyProject(Path target) throws IOException {
    try (Stream<Path> files = Files.walk(SOURCE)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = target.resolve(SOURCE.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.writeString(copy, filled(Files.readString(file)));
      }
    }
  }

  private static String filled(String text) throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(
            placeholder ->
                Matcher.quoteReplacement(
                    switch (placeholder.group(1)) {
                      case "dependency" -> dependency(Path.of("README.md"), "</version>");
                      case "pretrained" -> dependency(LIBRARY_PAGE, "</classifier>");
                      default -> between(pom, "<" + placeholder.group(1) + ">");
                    }));
  }

  /** The first of a document whose last element is the given one. */
  private static String dependency(Path document, String last) {
    return DEPENDENCY
        .matcher(read(document))
        .results()
        .map(snippet -> snippet.group(1))
        .filter(snippet -> snippet.contains(last + "\n</dependency>"))
        .findFirst()
        .orElseThrow(() -> new AssertionError(document + " has no coordinates"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String between(String text, String start) {
    int from = text.indexOf(start) + start.length();
    return text.substring(from, text.indexOf('<', from));
  }

  private static String run(Path directory, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @Test
  void itTrainsSavesLoadsAndPredicts() {
    assertThat(output).contains("learns: true", "predicts the same: true", "steps: 3");
  }

  @Test
  void withoutTheJarOfPretrainedWeightsItIsToldWhatToAdd() {
    assertThat(withoutWeights)
        .contains("available: false", "refused: deep-cnn-batch-norm.zip is in a jar of its own")
        .contains("io.bnzoo:batchnorm-zoo", "<classifier>pretrained</classifier>");
  }

  @Test
  void withTheJarOfPretrainedWeightsItRecognizesDigits() {
    assertThat(withWeights).contains("available: true", "recognizes: true");
  }

  @Test
  void theFastBinaryIsChosenWithoutBeingAskedFor() {
    String jars = classPath.toString();
    assertThat(output)
        .contains(jars.contains("onednn-avx2") ? "oneDNN is" : "oneDNN is off")
        .doesNotContain("in use before");
  }

  @Test
  void listenersPrintThroughItsOwnLogging() {
    assertThat(output.lines().filter(line -> line.startsWith("outside's log, ")))
        .hasSize(3)
        .allMatch(line -> line.contains("Score at iteration"));
  }

  @Test
  void noOtherLoggingIsConfigured() {
    assertThat(output.lines().filter(line -> line.startsWith("logback.xml: "))).hasSize(1);
    assertThat(output).doesNotContain("SLF4J");
  }

  @ParameterizedTest
  @CsvSource({
    "slf4j-api, slf4j.version",
    "gson, gson.version",
    "commons-codec, commons-codec.version",
    "commons-compress, commons-compress.version",
    "commons-io, commons-io.version",
    "commons-lang3, commons-lang3.version",
    "commons-net, commons-net.version",
    "freemarker, freemarker.version"
  })
  void itGetsTheLibrariesThatTheReadmePromises(String library, String property) throws IOException {
    String version = between(Files.readString(Path.of("pom.xml")), "<" + property + ">");
    assertThat(jars(library)).containsExactly(library + "-" + version + ".jar");
  }

  private static List<String> jars(String library) {
    List<String> jars = new ArrayList<>();
    for (Path entry : classPath) {
      String name = entry.getFileName().toString();
      if (name.matches(Pattern.quote(library) + "-[0-9].*")) {
        jars.add(name);
      }
    }
    return jars;
  }

  @ParameterizedTest
  @ValueSource(strings = {"picocli", "progressbar", "jline-terminal", "xchart"})
  void itGetsNoneOfTheApplicationsLibraries(String library) {
    assertThat(jars(library)).isEmpty();
  }

  @Test
  void theJarHasTheLibraryAndNoApplication() throws IOException {
    try (JarFile jar =
        new JarFile(Path.of("target", "batchnorm-zoo-" + Versions.bnzoo() + ".jar").toFile())) {
      List<String> rooms =
          jar.stream()
              .map(JarEntry::getName)
              .filter(name -> name.startsWith("io/bnzoo/") && name.endsWith(".class"))
              .map(name -> Path.of(name).getName(2).toString())
              .distinct()
              .sorted()
              .toList();
      assertThat(rooms)
          .containsExactly(
              "backend",
              "compiler",
              "data",
              "engine",
              "files",
              "layer",
              "limits",
              "onednn",
              "onnx",
              "samediff",
              "storage",
              "toolbox",
              "train",
              "zoo");
      assertThat(jar.getEntry("META-INF/LICENSE")).isNotNull();
      assertThat(jar.stream()).noneMatch(entry -> entry.getName().endsWith(".zip"));
    }
  }

  @Test
  void theOtherJarHasThePretrainedWeightsAlone() throws IOException {
    String name = "batchnorm-zoo-" + Versions.bnzoo() + "-pretrained.jar";
    try (JarFile jar = new JarFile(Path.of("target", name).toFile())) {
      assertThat(
              jar.stream()
                  .map(JarEntry::getName)
                  .filter(entry -> !entry.endsWith("/") && !entry.startsWith("META-INF/maven/")))
          .containsExactlyInAnyOrder(
              "META-INF/MANIFEST.MF",
              "META-INF/LICENSE",
              "META-INF/NOTICE",
              "io/bnzoo/zoo/deep-cnn-plain.zip",
              "io/bnzoo/zoo/deep-cnn-batch-norm.zip",
              "io/bnzoo/zoo/mlp-plain.zip",
              "io/bnzoo/zoo/mlp-batch-norm.zip");
    }
  }

  @Test
  void itGetsNoLoggingFromUs() throws IOException {
    assertThat(jars("logback-classic")).hasSize(1);
    String dependencies = Files.readString(Path.of("target", "installed-pom.xml"));
    assertThat(dependencies)
        .containsPattern("(?s)logback-classic</artifactId>.{0,120}<optional>true</optional>");
  }

  /** Gradle knows no profiles that the operating system switches on. */
  @Test
  void theInstalledPomAsksForEverythingByName() throws IOException {
    assertThat(Files.readString(Path.of("target", "installed-pom.xml")))
        .doesNotContain("${", "<profile>", "<scope>test</scope>")
        .contains("<name>Apache-2.0</name>");
  }
}
