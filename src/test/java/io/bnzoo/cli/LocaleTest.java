package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The commands in locales where {@code String.format} by itself writes other digits. */
class LocaleTest {
  private static final String FOREIGN_DIGIT = "(?s).*[\\p{Nd}&&[^0-9]].*";

  private final Locale usual = Locale.getDefault();
  @TempDir private Path folder;

  @BeforeEach
  void beInEgypt() {
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    assertThat(String.format(Locale.getDefault(), "%d", 7)).matches(FOREIGN_DIGIT);
  }

  @AfterEach
  void goHome() {
    Locale.setDefault(usual);
  }

  private static String run(String line) {
    StringWriter output = new StringWriter();
    CommandLine commandLine = Bnzoo.commandLine(Interruption.never());
    commandLine.setOut(new PrintWriter(output));
    commandLine.setErr(new PrintWriter(output));
    commandLine.execute(line.split(" ", -1));
    return output.toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "models",
        "lesson list",
        "data --data generated",
        "train mlp --batches 0",
        "train mlp --threads 0",
        "train mlp --batch-size 55001 --data generated",
        "memory mlp --help"
      })
  void theDigitsAreAsciis(String line) {
    assertThat(run(line)).containsPattern("[0-9]").doesNotMatch(FOREIGN_DIGIT);
  }

  @Test
  void aReportHasAsciisDigits() throws IOException {
    String output =
        run(
            "lesson run single-sample --seeds 1 --scale 0.002 --data generated --diagnostics"
                + " --runs "
                + folder);
    assertThat(output).contains("1 of 1").doesNotMatch(FOREIGN_DIGIT);
    assertTextsHaveAsciisDigits();
  }

  @Test
  void aRunIsResumedInAnotherLocaleAndHasTheSamePictures() throws IOException {
    String line = "train mlp --batches 3 --data generated --runs " + folder + " --name ";
    assertThat(run(line + "one")).contains("trained").doesNotMatch(FOREIGN_DIGIT);
    assertTextsHaveAsciisDigits();
    Locale.setDefault(Locale.ROOT);
    assertThat(run(line + "one")).contains("batch-norm-seed-1 is here already");
    run(line + "two");
    assertThat(folder.resolve("one/accuracy.png"))
        .hasSameBinaryContentAs(folder.resolve("two/accuracy.png"));
  }

  @Test
  void aNameThatTheLocaleCannotWriteIsRefusedInALine() throws IOException, InterruptedException {
    assumeTrue(File.separatorChar == '/', "skipped: there is no LC_ALL here");
    Path output = folder.resolve("output.txt");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder shell =
        new ProcessBuilder(
                "sh",
                "-c",
                "exec '" + java + "' io.bnzoo.cli.Bnzoo train mlp --name $(printf 'Gr\\303\\266')")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    shell.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    shell.environment().put("LC_ALL", "C");
    assertThat(shell.start().waitFor()).isEqualTo(Bnzoo.USAGE);
    assertThat(Files.readAllLines(output))
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .startsWith("bnzoo train: --name: 'Gr")
                    .endsWith("in the locale's characters, US-ASCII: set LC_ALL=C.UTF-8"),
            second -> assertThat(second).isEqualTo("See bnzoo train --help."));
  }

  private void assertTextsHaveAsciisDigits() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(file -> file.toString().matches(".*\\.(json|md|html)")))
          .isNotEmpty()
          .allSatisfy(file -> assertThat(Files.readString(file)).doesNotMatch(FOREIGN_DIGIT));
    }
  }
}
