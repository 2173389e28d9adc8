package io.bnzoo.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that look like archives, or are larger than they should be. */
class BoundedZipTest {
  private static final long TWO_GIGABYTES = 1L << 31;
  private static final long MOST_MEMORY = 1 << 24;

  @TempDir private Path folder;
  private Path file;
  private byte[] small;

  @BeforeEach
  void writeASmallArchive() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("configuration.json", "{}".getBytes(UTF_8));
    entries.put("coefficients.bin", new byte[100]);
    small = ModelZip.of(entries);
    file = folder.resolve("model.zip");
    Files.write(file, small);
  }

  @Test
  void entriesAreReadAsTheyWereWritten() throws IOException {
    BoundedZip zip = BoundedZip.open(file);
    assertThat(zip.names()).containsExactly("configuration.json", "coefficients.bin");
    assertThat(zip.size("coefficients.bin")).isEqualTo(100);
    assertThat(zip.entry("configuration.json")).asString().isEqualTo("{}");
    assertThat(zip.entries().get("coefficients.bin")).isEqualTo(new byte[100]);
  }

  @Test
  void aFileOfZerosIsRefused() throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(TWO_GIGABYTES);
      out.write(new byte[small.length]);
    }
    assertRefusedAtOnce("is not an intact .zip file");
  }

  @Test
  void anArchiveBehindZerosIsRefused() throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(new byte[small.length]);
      out.seek(TWO_GIGABYTES);
      out.write(small);
    }
    assertRefusedAtOnce("of its bytes are in no entry");
  }

  /** As large as its header says, and far larger than its configuration needs. */
  @Test
  void anEntryOfZerosIsRefused() throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      int directory = indexOf(small, 0x02014b50);
      long hole = TWO_GIGABYTES - small.length - 1000;
      byte[] head = stored("coefficients.bin", (int) hole);
      out.write(small, 0, directory);
      out.write(head);
      out.seek(directory + head.length + hole);
      out.write(small, directory, small.length - directory);
    }
    assertRefusedAtOnce("of its bytes are in no entry");
  }

  private static byte[] stored(String name, int size) {
    return ByteBuffer.allocate(30 + name.length())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0x04034b50)
        .putInt(18, size)
        .putInt(22, size)
        .putShort(26, (short) name.length())
        .put(30, name.getBytes(US_ASCII))
        .array();
  }

  @Test
  void aLargeDirectoryIsRefusedUnread() throws IOException {
    ByteBuffer end = ByteBuffer.wrap(small).order(ByteOrder.LITTLE_ENDIAN);
    int size = Integer.MAX_VALUE - 100;
    end.putInt(small.length - 22 + 12, size);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(size);
      out.write(small);
    }
    assertRefusedAtOnce("its directory has 2147483547 bytes");
  }

  @Test
  void aDirectoryOfManyEntriesIsRefused() throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (int i = 0; i < 2_000; i++) {
        zip.putNextEntry(new ZipEntry("entry-" + i));
      }
    }
    assertRefusedAtOnce("its directory has");
  }

  @Test
  void anEntryThatIsLargerThanItsDirectorySaysIsRefused() throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(small.clone()).order(ByteOrder.LITTLE_ENDIAN);
    int directory = indexOf(small, 0x02014b50);
    bytes.putInt(directory + 24, 1); // Of the first entry: {} has two characters.
    Files.write(file, bytes.array());
    assertRefusedAtOnce("its directory has another size for the entry configuration.json");
  }

  @Test
  void whatBeginsWithAnotherEntryIsRefused() throws IOException {
    byte[] more = ModelZip.of(Map.of("hidden", new byte[10]));
    byte[] hidden = Arrays.copyOf(more, indexOf(more, 0x02014b50));
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(hidden);
      out.write(small);
    }
    BoundedZip zip = BoundedZip.open(file);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(zip::entries)
        .withMessageContaining("its directory does not name the entry hidden");
  }

  @Test
  void aWrongChecksumIsTold() throws IOException {
    byte[] bytes = small.clone();
    CRC32 crc = new CRC32();
    crc.update(new byte[100]);
    int place = indexOf(bytes, (int) crc.getValue());
    bytes[place] ^= 1;
    Files.write(file, bytes);
    BoundedZip zip = BoundedZip.open(file);
    assertThatExceptionOfType(IOException.class).isThrownBy(zip::entries);
  }

  @Test
  void aFolderIsRefused() {
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.load(folder))
        .withMessage(folder + " is no regular file but a folder; name a model's .zip file");
  }

  @Test
  @Timeout(20)
  void aPipeIsRefusedAndNotWaitedFor() throws Exception {
    Path pipe = folder.resolve("pipe.zip");
    try {
      Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
      assumeThat(made.waitFor(10, TimeUnit.SECONDS) && made.exitValue() == 0).isTrue();
    } catch (IOException e) {
      assumeThat(e).as("no mkfifo here").isNull();
    }
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.load(pipe))
        .withMessageContaining("is no regular file but a pipe or device");
  }

  private static int indexOf(byte[] bytes, int word) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int at = 0;
    while (buffer.getInt(at) != word) {
      at++;
    }
    return at;
  }

  private void assertRefusedAtOnce(String reason) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = threads.getCurrentThreadAllocatedBytes();
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.load(file))
        .withMessageContaining(reason)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    assertThat(threads.getCurrentThreadAllocatedBytes() - allocated).isLessThan(MOST_MEMORY);
  }
}
