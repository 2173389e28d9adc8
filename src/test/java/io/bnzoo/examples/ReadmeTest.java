package io.bnzoo.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  private static final Path README = Path.of("README.md");
  private static final Path EXAMPLE =
      Path.of("src", "main", "java", "io", "bnzoo", "examples", "TrainDeepCnn.java");

  @Test
  void theReadmesExampleIsCodeThatIsCompiled() throws IOException {
    String source = Files.readString(EXAMPLE);
    String body =
        source.substring(source.indexOf("    NativeBackend."), source.indexOf("\n  }\n}"));
    assertThat(Files.readString(README)).contains(body.stripIndent());
  }

  @Test
  void theReadmeHasNoPlaceholders() throws IOException {
    assertThat(Files.readString(README)).doesNotContainPattern("@[A-Z]+@");
  }
}
