package io.bnzoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResultTablesTest {
  static List<Path> documents() throws IOException {
    return Documents.all();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void theTablesAreThoseOfTheRecordedRuns(Path document) throws IOException {
    String text = Files.readString(document);
    assertThat(text)
        .as("mvn -q test-compile exec:exec@tables writes them anew")
        .isEqualTo(new ResultTables().filled(text));
  }

  @Test
  void noTableIsWithoutADocument() throws IOException {
    List<String> names = new ArrayList<>();
    for (Path document : Documents.all()) {
      String text = Files.readString(document);
      names.addAll(ResultTables.names(text));
      assertThat(text.split("<!-- table: ", -1)).hasSize(1 + ResultTables.names(text).size());
    }
    assertThat(names)
        .containsExactlyInAnyOrder(
            "deep-cnn-means",
            "deep-cnn",
            "by-hand",
            "lesson",
            "inference",
            "engines",
            "pretrained");
  }

  @Test
  void aFigureThatWasEditedIsReplaced() throws IOException {
    String text = Files.readString(Path.of("README.md"));
    ResultTables tables = new ResultTables();
    String edited = text.replaceFirst("0\\.97\\d\\d", "0.9999");
    assertThat(edited).isNotEqualTo(text);
    assertThat(tables.filled(edited)).isEqualTo(text);
  }

  @Test
  void anUnknownTableIsNamed() throws IOException {
    ResultTables tables = new ResultTables();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tables.filled("<!-- table: of -->\n\n\n<!-- end of table -->"))
        .withMessageContaining("'of'");
  }

  /** At full length, every experiment over three seeds at least. */
  @ParameterizedTest
  @ValueSource(strings = "src/notebooks/resources/io/bnzoo/notebook/lesson.json")
  void theRecordedLessonIsWhole(Path file) throws IOException {
    JsonNode lesson = new ObjectMapper().readTree(file.toFile());
    assertThat(lesson.path("comparable").asBoolean()).isTrue();
    assertThat(lesson.path("experiments")).hasSize(23);
    assertThat(lesson.path("experiments"))
        .allSatisfy(
            experiment ->
                assertThat(experiment.path("variants"))
                    .allSatisfy(
                        variant ->
                            assertThat(variant.path("trials")).hasSizeGreaterThanOrEqualTo(3)));
    assertThat(
            StreamSupport.stream(lesson.path("experiments").spliterator(), false)
                .map(experiment -> experiment.at("/plan/batches").asInt())
                .distinct())
        .containsExactlyInAnyOrder(50_000, 2_000, 800);
  }
}
