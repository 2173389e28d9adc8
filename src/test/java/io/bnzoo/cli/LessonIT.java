package io.bnzoo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bnzoo.Browser;
import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.Lesson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All of the lesson's experiments, a fiftieth of each, in a JVM of their own. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // Against a hang; far above what it takes.
class LessonIT {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private static final Path JAR = Path.of("target", "bnzoo.jar").toAbsolutePath();

  @TempDir private static Path folder;
  private static Path report;
  private static String output;

  @BeforeAll
  static void runAll() throws IOException, InterruptedException {
    output = lesson("all", "--scale", "0.02", "--seeds", "1", "--name", "short");
    report = folder.resolve("runs").resolve("short");
  }

  private static String lesson(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                JAVA, "-XX:+UseParallelGC", "-Xmn512m", "-jar", JAR.toString(), "lesson", "run"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    return text;
  }

  private static String page() throws IOException {
    return Files.readString(report.resolve("index.html"));
  }

  @Test
  void everyExperimentIsInEveryFormOfTheReport() throws IOException {
    String markdown = Files.readString(report.resolve("lesson.md"));
    for (Experiment experiment : Lesson.shortExperiments()) {
      assertThat(page()).contains("<h2 id=\"" + experiment.id() + "\">");
      assertThat(markdown).contains("## " + experiment.id() + ": " + experiment.title());
      assertThat(output).contains(experiment.id());
      assertThat(report.resolve("charts").resolve(experiment.id() + "-linear.png"))
          .isNotEmptyFile();
      assertThat(report.resolve("charts").resolve(experiment.id() + "-logarithmic.png"))
          .isNotEmptyFile();
    }
  }

  @Test
  void itSaysEverywhereThatItIsAFiftieth() throws IOException {
    assertThat(output).contains("Scale 0.02: only this share of the batches was trained");
    assertThat(page()).contains("Scale 0.02: only this share", "1,000 of 50,000 batches of 60");
    assertThat(json().at("/scale").asDouble()).isEqualTo(0.02);
    assertThat(json().at("/comparable").asBoolean(true)).isFalse();
  }

  @Test
  void theFiguresArePlausible() throws IOException {
    for (JsonNode experiment : json().at("/experiments")) {
      for (JsonNode variant : experiment.at("/variants")) {
        JsonNode trial = variant.at("/trials/0");
        assertThat(trial.at("/test").asDouble()).isBetween(0.05, 1.0);
        assertThat(trial.at("/curve").size()).isBetween(5, 22);
        assertThat(trial.has("batchesPerSecond"))
            .isNotEqualTo(trial.at("/outcome").asText().contains("diverged"));
      }
    }
    // A thousand batches at a learning rate of 1 are plenty for batch norm.
    assertThat(json().at("/experiments/5/id").asText()).isEqualTo("cell-09");
    assertThat(json().at("/experiments/5/variants/1/test/mean").asDouble()).isGreaterThan(0.85);
  }

  @Test
  void aSecondRunFindsEverythingAndTrainsNothing() throws IOException, InterruptedException {
    String again = lesson("all", "--scale", "0.02", "--seeds", "1", "--name", "short");
    long all =
        Lesson.shortExperiments().stream()
            .mapToLong(experiment -> experiment.variants().size())
            .sum();
    assertThat(again).containsPattern("(?m)^0 networks to train.* " + all + " are here already");
  }

  @ParameterizedTest
  @ValueSource(ints = {360, 1200})
  void aBrowserShowsTheFiguresWithinItsWindow(int width) throws IOException, InterruptedException {
    Optional<Browser> browser = Browser.installed();
    assumeTrue(browser.isPresent(), "skipped: there is no Chromium here to show the page");
    Browser.View view = browser.orElseThrow().show(page(), width, folder);
    assertThat(view.width()).isEqualTo(width);
    assertThat(view.excess()).isZero();
    for (JsonNode experiment : json().at("/experiments")) {
      for (JsonNode variant : experiment.at("/variants")) {
        assertThat(view.text())
            .contains(String.format(Locale.ROOT, "%.4f", variant.at("/test/mean").asDouble()));
      }
    }
  }

  private static JsonNode json() throws IOException {
    return new ObjectMapper().readTree(report.resolve("lesson.json").toFile());
  }
}
