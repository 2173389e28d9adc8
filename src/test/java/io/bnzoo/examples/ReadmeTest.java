package io.bnzoo.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadmeTest {
  private static final Path README = Path.of("README.md");
  private static final Path EXAMPLES = Path.of("src", "main", "java", "io", "bnzoo", "examples");

  @ParameterizedTest
  @CsvSource({
    "TrainDeepCnn.java, '    NativeBackend.', '\n  }\n}'",
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
}
