package io.bnzoo.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir private Path folder;

  @Test
  void replacesAFileAndLeavesNothingElse() throws IOException {
    Path file = folder.resolve("new").resolve("file.txt");
    AtomicFile.write(file, "first");
    AtomicFile.write(file, "second");
    assertThat(file).hasContent("second");
    assertThat(file.getParent()).isDirectoryContaining(path -> path.equals(file));
    assertThat(file.getParent().toFile().list()).hasSize(1);
  }

  @Test
  void whatCannotBeMovedLeavesTheOldFileAndNothingHalf() throws IOException {
    Path file = folder.resolve("file.txt");
    AtomicFile.write(file, "old");
    Path taken = Files.createDirectory(folder.resolve("taken"));
    Files.writeString(taken.resolve("inside"), "");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> AtomicFile.write(taken, "a folder with something in it has this name"));
    assertThat(file).hasContent("old");
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("file.txt", "taken");
  }

  @Test
  void aFullDiskLeavesTheOldFileAndNothingHalf() throws IOException {
    Configuration small =
        Configuration.unix().toBuilder().setBlockSize(1024).setMaxSize(64 * 1024).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      Path file = disk.getPath("/run/model.zip");
      AtomicFile.write(file, new byte[30_000]);
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> AtomicFile.write(file, new byte[60_000]))
          .withMessageMatching("/run/model.zip cannot be written: .*; what was there is intact");
      assertThat(Files.size(file)).isEqualTo(30_000);
      try (Stream<Path> files = Files.list(file.getParent())) {
        assertThat(files).hasSize(1);
      }
    }
  }

  @Test
  void contentThatFailsHalfWayLeavesTheOldFileAndNothingHalf() throws IOException {
    Path file = folder.resolve("file.txt");
    AtomicFile.write(file, "old");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(new byte[100_000]);
                      throw new IOException("no more of it");
                    }))
        .withMessageContaining("no more of it; what was there is intact");
    assertThat(file).hasContent("old");
    assertThat(folder.toFile().list()).containsExactly("file.txt");
  }

  @Test
  void whatAKilledProcessLeftIsRemoved() throws IOException {
    String unfinished = "." + UUID.randomUUID() + ".part";
    Files.writeString(folder.resolve("model.zip" + unfinished), "half");
    Files.writeString(folder.resolve("model.zip"), "whole");
    Files.writeString(folder.resolve("film.mkv.part"), "somebody else's download");
    Files.createDirectory(folder.resolve("folder" + unfinished));
    AtomicFile.removeUnfinished(folder);
    assertThat(folder.toFile().list())
        .containsExactlyInAnyOrder("model.zip", "film.mkv.part", "folder" + unfinished);
  }
}
