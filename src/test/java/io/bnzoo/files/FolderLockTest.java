package io.bnzoo.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
  @TempDir private Path folder;

  @Test
  void theSecondIsToldSoUntilTheFirstIsDone() throws IOException {
    try (FolderLock first = FolderLock.take(folder.resolve("run"))) {
      assertThatExceptionOfType(FolderInUseException.class)
          .isThrownBy(() -> FolderLock.take(folder.resolve("run")))
          .withMessageContaining("is in use by another process: wait until that is done");
    }
    FolderLock.take(folder.resolve("run")).close();
  }

  @Test
  void aLinkInTheLocksPlaceIsNotFollowed() throws IOException {
    Files.createSymbolicLink(folder.resolve(".lock"), folder.resolve("elsewhere"));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> FolderLock.take(folder))
        .withMessageContaining(".lock is no regular file");
    assertThat(folder.resolve("elsewhere")).doesNotExist();
  }

  @Test
  void anotherProcessHoldsItUntilItIsKilled() throws Exception {
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                folder.toString())
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).isEqualTo("held");
      assertThatExceptionOfType(FolderInUseException.class)
          .isThrownBy(() -> FolderLock.take(folder));
    } finally {
      holder.destroyForcibly().waitFor();
    }
    FolderLock.take(folder).close();
  }

  /** A process that holds a folder. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws Exception {
      try (FolderLock held = FolderLock.take(Path.of(arguments[0]))) {
        System.out.println("held");
        Thread.sleep(60_000);
      }
    }
  }
}
