package io.bnzoo.data;

import io.bnzoo.files.Reason;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * One file in the IDX format of unsigned bytes, plain or gzipped.
 *
 * <p>A header of big-endian ints, the magic number 0x0800 + rank and then each dimension, is
 * followed by the values in row-major order.
 *
 * <p>Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
 */
final class IdxFile {
  private static final int UNSIGNED_BYTES = 0x0800;
  private static final int BUFFER = 1 << 16;

  private final byte[] values;
  private final String sha256;

  private IdxFile(byte[] values, String sha256) {
    this.values = values;
    this.sha256 = sha256;
  }

  /** All values, row-major; not a copy. */
  byte[] values() {
    return values;
  }

  /** SHA-256 of the unpacked file. */
  String sha256() {
    return sha256;
  }

  /**
   * Reads and checks a file that must have exactly the given shape.
   *
   * <p>The shape is known beforehand, so that nothing is allocated on the word of a header.
   *
   * @throws DataException if the file is not what was expected, saying what was found
   */
  static IdxFile read(Path file, int... expectedShape) throws IOException {
    int header = 4 + 4 * expectedShape.length;
    int length = Arrays.stream(expectedShape).reduce(1, Math::multiplyExact);
    MessageDigest digest = DigestUtils.getSha256Digest();
    try (InputStream in = new DigestInputStream(open(file), digest)) {
      checkHeader(file, in.readNBytes(header), expectedShape);
      byte[] values = in.readNBytes(length);
      if (values.length < length) {
        throw new DataException(
            String.format(
                Locale.ROOT,
                "%s is truncated: its header announces %,d bytes of data, found %,d",
                file,
                length,
                values.length));
      }
      if (in.read() != -1) {
        throw new DataException(
            String.format(
                Locale.ROOT, "%s goes on after the %,d bytes its header announces", file, length));
      }
      return new IdxFile(values, Hex.encodeHexString(digest.digest()));
    } catch (ZipException | EOFException e) {
      throw new DataException(file + " is a damaged gzip file: " + Reason.of(e), e);
    }
  }

  /** Tells gzip by its first two bytes and not by the file's name. */
  private static InputStream open(Path file) throws IOException {
    BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    try {
      in.mark(2);
      boolean gzipped = in.read() == 0x1f && in.read() == 0x8b;
      in.reset();
      return gzipped ? new GZIPInputStream(in, BUFFER) : in;
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private static void checkHeader(Path file, byte[] header, int[] expectedShape)
      throws DataException {
    int magic = UNSIGNED_BYTES + expectedShape.length;
    ByteBuffer buffer = ByteBuffer.wrap(header);
    int foundMagic = header.length < 4 ? magic : buffer.getInt();
    if (foundMagic != magic) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s is not the IDX file its name says: expected magic number %d (%s), found %d%s",
              file,
              magic,
              kind(magic),
              foundMagic,
              kindInParentheses(foundMagic)));
    }
    if (header.length < 4 + 4 * expectedShape.length) {
      throw new DataException(
          String.format(
              Locale.ROOT, "%s is truncated: %d bytes are no IDX header", file, header.length));
    }
    int[] found = new int[expectedShape.length];
    for (int i = 0; i < found.length; i++) {
      found[i] = buffer.getInt();
    }
    if (!Arrays.equals(found, expectedShape)) {
      throw new DataException(
          String.format(
              "%s holds other data than its name says: expected %s, found %s",
              file, dimensions(expectedShape), dimensions(found)));
    }
  }

  private static String dimensions(int[] shape) {
    return String.join(" x ", Arrays.stream(shape).mapToObj(Integer::toString).toList());
  }

  private static String kindInParentheses(int magic) {
    return kind(magic).isEmpty() ? "" : " (" + kind(magic) + ")";
  }

  private static String kind(int magic) {
    return switch (magic) {
      case UNSIGNED_BYTES + 1 -> "labels";
      case UNSIGNED_BYTES + 3 -> "images";
      default -> "";
    };
  }

  /** Writes an unpacked file. */
  static void write(Path file, byte[] values, int... shape) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(UNSIGNED_BYTES + shape.length);
      for (int dimension : shape) {
        out.writeInt(dimension);
      }
      out.write(values);
    }
  }
}
