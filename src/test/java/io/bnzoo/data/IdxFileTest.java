package io.bnzoo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.commons.codec.digest.MessageDigestAlgorithms;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxFileTest {
  private static final byte[] VALUES = {1, 2, 3, 4, 5, 6};

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void writeTwoByThree() throws IOException {
    file = folder.resolve("values");
    IdxFile.write(file, VALUES, 2, 3);
  }

  @Test
  void readsWhatWasWritten() throws IOException {
    IdxFile read = IdxFile.read(file, 2, 3);
    assertThat(read.values()).isEqualTo(VALUES);
    assertThat(read.sha256())
        .isEqualTo(new DigestUtils(MessageDigestAlgorithms.SHA_256).digestAsHex(file));
  }

  @Test
  void readsGzipUnderAnyNameWithTheSumOfTheUnpackedFile() throws IOException {
    Path packed = gzip();
    IdxFile read = IdxFile.read(packed, 2, 3);
    assertThat(read.values()).isEqualTo(VALUES);
    assertThat(read.sha256())
        .isEqualTo(new DigestUtils(MessageDigestAlgorithms.SHA_256).digestAsHex(file));
  }

  @Test
  void refusesEveryTruncation() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused("truncated", file, 2, 3);
    }
  }

  @Test
  void saysOfEveryTruncationOfAGzipFileWhatIsWrong() throws IOException {
    Path packed = gzip();
    byte[] whole = Files.readAllBytes(packed);
    for (int length = 2; length < whole.length; length++) {
      Files.write(packed, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> IdxFile.read(packed, 2, 3))
          .isInstanceOf(DataException.class)
          .hasMessageNotContaining("null");
    }
  }

  @Test
  void refusesAFileThatGoesOn() throws IOException {
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 4 + 8 + 7));
    assertRefused("goes on after the 6 bytes", file, 2, 3);
  }

  @Test
  void tellsLabelsFromImages() throws IOException {
    Path labels = folder.resolve("labels");
    IdxFile.write(labels, new byte[1], 1);
    assertRefused("expected magic number 2051 (images), found 2049 (labels)", labels, 1, 1, 1);
  }

  @Test
  void tellsTheShapeThatWasFound() {
    assertRefused("expected 3 x 2, found 2 x 3", file, 3, 2);
  }

  @Test
  void allocatesNothingOnTheWordOfAHeader() throws IOException {
    byte[] huge = Files.readAllBytes(file);
    Arrays.fill(huge, 4, 12, (byte) 0x7F);
    Files.write(file, huge);
    assertRefused("expected 2 x 3, found 2139062143 x 2139062143", file, 2, 3);
  }

  @Test
  void refusesDamagedGzip() throws IOException {
    Path packed = gzip();
    byte[] bytes = Files.readAllBytes(packed);
    Files.write(packed, Arrays.copyOf(bytes, bytes.length - 5));
    assertRefused("damaged gzip", packed, 2, 3);
  }

  private Path gzip() throws IOException {
    Path packed = folder.resolve("packed");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      Files.copy(file, out);
    }
    return packed;
  }

  private static void assertRefused(String reason, Path file, int... shape) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> IdxFile.read(file, shape))
        .withMessageContaining(file.toString())
        .withMessageContaining(reason);
  }
}
