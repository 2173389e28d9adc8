package io.bnzoo.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadmeTest {
  private static final Path README = Path.of("README.md");
  private static final Path EXAMPLES = Path.of("src", "main", "java", "io", "bnzoo", "examples");

  @ParameterizedTest
  @CsvSource({
    "TrainDeepCnn.java, '    NativeBackend.', '\n  }\n}'",
    "TrainOverNight.java, '    Checkpoints checkpoints', '\n    checkpoints.remove'",
    "NormalizeByHand.java, '    MultiLayerConfiguration configuration', '\n\n    MultiLayerNetwork'"
  })
  void theReadmesExamplesAreCodeThatIsCompiled(String file, String start, String end)
      throws IOException {
    String source = Files.readString(EXAMPLES.resolve(file));
    int from = source.indexOf(start);
    String excerpt = source.substring(from, source.indexOf(end, from));
    assertThat(Files.readString(README)).contains(excerpt.stripIndent());
  }

  @Test
  void theReadmeHasNoPlaceholders() throws IOException {
    assertThat(Files.readString(README)).doesNotContainPattern("@[A-Z]+@");
  }

  private static JsonNode recordedLesson() throws IOException {
    return new ObjectMapper().readTree(Path.of(".readme", "lesson.json").toFile());
  }

  private static Stream<JsonNode> cells() throws IOException {
    return StreamSupport.stream(recordedLesson().path("experiments").spliterator(), false)
        .filter(experiment -> experiment.path("id").asText().startsWith("cell-"));
  }

  /** All at full length; one seed for the long ones, three for the short. */
  @Test
  void theRecordedLessonIsWhole() throws IOException {
    assertThat(recordedLesson().path("comparable").asBoolean()).isTrue();
    assertThat(cells()).hasSize(18);
    assertThat(cells())
        .allSatisfy(
            cell -> {
              int batches = cell.at("/plan/batches").asInt();
              assertThat(batches).isIn(2_000, 50_000);
              assertThat(cell.path("variants")).hasSize(2);
              assertThat(cell.path("variants"))
                  .allSatisfy(
                      variant ->
                          assertThat(variant.path("trials"))
                              .hasSizeGreaterThanOrEqualTo(batches == 2_000 ? 3 : 1));
            });
  }

  @Test
  void theReadmesLessonTableHasTheRecordedFigures() throws IOException {
    String readme = Files.readString(README);
    assertThat(cells())
        .allSatisfy(
            cell -> {
              String id = cell.path("id").asText();
              String row =
                  readme.lines().filter(line -> line.startsWith("| " + id)).findFirst().orElse("");
              assertThat(row)
                  .as(id)
                  .containsPattern(
                      String.format(
                          Locale.ROOT,
                          "[|] %s +[|] +%,d [|]",
                          cell.path("title").asText(),
                          cell.at("/plan/batches").asInt()));
              for (JsonNode variant : cell.path("variants")) {
                assertThat(row).contains(share(variant.at("/published/0/test")));
                assertThat(row).contains(share(variant.at("/test/mean")));
                if (variant.path("trials").size() > 1) {
                  assertThat(row).contains("± " + share(variant.at("/test/standardDeviation")));
                }
              }
            });
  }

  private static String share(JsonNode accuracy) {
    return String.format(Locale.ROOT, "%.4f", accuracy.asDouble());
  }
}
