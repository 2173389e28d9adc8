package io.bnzoo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.Lesson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
    for (Experiment experiment : Lesson.experiments()) {
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
        Lesson.experiments().stream().mapToLong(experiment -> experiment.variants().size()).sum();
    assertThat(again).containsPattern("(?m)^0 networks to train.* " + all + " are here already");
  }

  /**
   * The page in a frame of a given width, since a browser's window has a least one; then the text
   * that it renders in the frame's place, and how much wider than the frame it is.
   */
  private static final String FRAME =
      """
      <!DOCTYPE html>
      <html>
      <body>
      <iframe style="width: %dpx; height: 800px; border: 0" srcdoc="%s"></iframe>
      <script>
      window.onload = () => {
        const page = document.querySelector("iframe").contentDocument;
        const seen = document.createElement("pre");
        seen.textContent = page.body.innerText;
        seen.dataset.width = page.documentElement.clientWidth;
        seen.dataset.excess = page.documentElement.scrollWidth - page.documentElement.clientWidth;
        document.body.replaceChildren(seen);
      };
      </script>
      </body>
      </html>
      """;

  @ParameterizedTest
  @ValueSource(ints = {360, 1200})
  void aBrowserShowsTheFiguresWithinItsWindow(int width) throws IOException, InterruptedException {
    Path browser =
        Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst()
            .orElse(null);
    assumeTrue(browser != null, "skipped: there is no Chromium here to show the page");
    String escaped = page().replace("&", "&amp;").replace("\"", "&quot;");
    Path page = Files.writeString(folder.resolve("look.html"), FRAME.formatted(width, escaped));
    Process process =
        new ProcessBuilder(
                browser.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--hide-scrollbars",
                "--user-data-dir=" + folder.resolve("browser"),
                "--dump-dom",
                page.toUri().toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String shown = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    String text = shown.substring(shown.indexOf("<pre"));
    assertThat(text).startsWith("<pre data-width=\"" + width + "\" data-excess=\"0\">");
    for (JsonNode experiment : json().at("/experiments")) {
      for (JsonNode variant : experiment.at("/variants")) {
        assertThat(text)
            .contains(String.format(Locale.ROOT, "%.4f", variant.at("/test/mean").asDouble()));
      }
    }
  }

  private static JsonNode json() throws IOException {
    return new ObjectMapper().readTree(report.resolve("lesson.json").toFile());
  }
}
