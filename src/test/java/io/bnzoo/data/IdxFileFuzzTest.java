package io.bnzoo.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Any bytes at all as an IDX file; {@code JAZZER_FUZZ=1} makes up new ones. */
class IdxFileFuzzTest {

  @FuzzTest(maxDuration = "2m")
  void anyFileIsReadOrRefusedInOneLine(byte[] bytes) throws IOException {
    Path file = Files.createTempFile("fuzz", ".idx");
    try {
      Files.write(file, bytes);
      assertThat(IdxFile.read(file, 2, 3, 4).values()).hasSize(24);
    } catch (DataException refused) {
      assertThat(refused.getMessage().lines()).hasSize(1);
    } finally {
      Files.delete(file);
    }
  }
}
