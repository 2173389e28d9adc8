package io.bnzoo.storage;

import io.bnzoo.files.ShownName;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/**
 * A .zip file of a few entries, of which no more is read than its directory announces, and nothing
 * of what the directory does not name.
 *
 * <p>Sizes are known before anything is unpacked, so that they can be refused.
 */
final class BoundedZip {
  /** That of a model has less than ten entries of some 80 bytes. */
  private static final long LARGEST_DIRECTORY = 1 << 16;

  /** What the headers of its entries and a comment may take. */
  private static final long LARGEST_REST = 1 << 20;

  /** The end of a directory and the longest comment behind it. */
  private static final int LONGEST_END = 22 + 0xFFFF;

  private static final int END = 22;
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int LOCATOR = 20;
  private static final int LOCATOR_SIGNATURE = 0x07064b50;

  private final Path file;
  private final Map<String, Long> sizes;

  private BoundedZip(Path file, Map<String, Long> sizes) {
    this.file = file;
    this.sizes = sizes;
  }

  /**
   * Reads the directory.
   *
   * @throws ZipException if the file is not intact
   * @throws ModelFileException if it is no regular file, or not such a .zip file
   */
  static BoundedZip open(Path file) throws IOException {
    requireRegular(file);
    requireSmallDirectory(file);
    Map<String, Long> sizes = new LinkedHashMap<>();
    long compressed = 0;
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        compressed += entry.getCompressedSize();
        if (sizes.put(entry.getName(), entry.getSize()) != null) {
          throw ModelFileException.refused(
              file,
              "it has the entry %s twice; save the model anew",
              ShownName.of(entry.getName()));
        }
      }
    }
    if (Files.size(file) - compressed > LARGEST_REST) {
      throw ModelFileException.refused(
          file,
          "%d of its bytes are in no entry; save the model anew",
          Files.size(file) - compressed);
    }
    return new BoundedZip(file, sizes);
  }

  /** Anything else may have no end, or wait for ever for a beginning. */
  private static void requireRegular(Path file) throws IOException {
    if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
      throw new ModelFileException(
          String.format(
              "%s is no regular file but %s; name a model's .zip file",
              file, Files.isDirectory(file) ? "a folder" : "a pipe or device"));
    }
  }

  /** Java reads all of it into memory. */
  private static void requireSmallDirectory(Path file) throws IOException {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      int length = (int) Math.min(in.length(), LONGEST_END);
      ByteBuffer tail = read(in, in.length() - length, length);
      int end = length - END;
      while (end >= 0 && tail.getInt(end) != END_SIGNATURE) {
        end--;
      }
      if (end < 0 || end + END + Short.toUnsignedInt(tail.getShort(end + 20)) != length) {
        throw new ZipException("it has no directory at its end");
      }
      long size = Integer.toUnsignedLong(tail.getInt(end + 12));
      if (end >= LOCATOR && tail.getInt(end - LOCATOR) == LOCATOR_SIGNATURE) {
        size = Math.max(size, read(in, tail.getLong(end - LOCATOR + 8), 56).getLong(40));
      }
      if (size < 0 || size > LARGEST_DIRECTORY) {
        throw ModelFileException.refused(
            file,
            "its directory has %d bytes, which is more than a model's; save the model anew",
            size);
      }
    }
  }

  private static ByteBuffer read(RandomAccessFile in, long position, int length)
      throws IOException {
    if (position < 0 || position > in.length() - length) {
      throw new ZipException("its directory is not where it should be");
    }
    byte[] bytes = new byte[length];
    in.seek(position);
    in.readFully(bytes);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  Set<String> names() {
    return Collections.unmodifiableSet(sizes.keySet());
  }

  /** How many bytes an entry has when it is unpacked, as the directory has it; 0 if it has none. */
  long size(String name) {
    return sizes.getOrDefault(name, 0L);
  }

  /** One entry, wherever it is in the file; its checksum is not compared. */
  byte[] entry(String name) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile());
        InputStream in = zip.getInputStream(zip.getEntry(name))) {
      return exactly(in, name);
    }
  }

  /** All entries, in their order in the file, with checksums compared. */
  Map<String, byte[]> entries() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String name = entry.getName();
        if (!sizes.containsKey(name) || entries.containsKey(name)) {
          throw new ZipException("its directory does not name the entry " + ShownName.of(name));
        }
        entries.put(name, exactly(zip, name));
      }
    }
    if (entries.size() < sizes.size()) {
      throw new ZipException("it has fewer entries than its directory names");
    }
    return entries;
  }

  private byte[] exactly(InputStream in, String name) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(size(name))];
    if (in.readNBytes(bytes, 0, bytes.length) < bytes.length || in.read() >= 0) {
      throw new ZipException("its directory has another size for the entry " + ShownName.of(name));
    }
    return bytes;
  }
}
