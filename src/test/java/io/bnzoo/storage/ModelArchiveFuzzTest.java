package io.bnzoo.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Any bytes at all as a model; {@code JAZZER_FUZZ=1} makes up new ones. */
class ModelArchiveFuzzTest {

  @FuzzTest(maxDuration = "2m")
  void anyFileIsLookedThroughOrRefusedInOneLine(byte[] bytes) throws IOException {
    Path file = Files.createTempFile("fuzz", ".zip");
    try {
      Files.write(file, bytes);
      assertThat(ModelFiles.reading(file, () -> ModelArchive.read(file, TrustedClasses.STANDARD)))
          .isNotNull();
    } catch (ModelFileException refused) {
      assertThat(refused.getMessage().lines()).hasSize(1);
    } finally {
      Files.delete(file);
    }
  }
}
