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

  private final int[] shape;
  private final byte[] values;
  private final String sha256;

  private IdxFile(int[] shape, byte[] values, String sha256) {
    this.shape = shape;
    this.values = values;
    this.sha256 = sha256;
  }

  /** The size of each dimension; not a copy. */
  int[] shape() {
    return shape;
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
   * @throws DataException if the file is not what was expected, saying what was found
   */
  static IdxFile read(Path file, int... expectedShape) throws IOException {
    return read(
        file,
        magic -> requireMagic(file, magic, UNSIGNED_BYTES + expectedShape.length),
        found -> {
          if (!Arrays.equals(found, expectedShape)) {
            throw new DataException(
                String.format(
                    "%s holds other data than its name says: expected %s, found %s",
                    file, dimensions(expectedShape), dimensions(found)));
          }
        });
  }

  /**
   * Reads images: [N,height,width] or [N,height,width,channels].
   *
   * @throws DataException if the file has none, or is cut off
   */
  static IdxFile readImages(Path file) throws IOException {
    return read(
        file,
        magic -> {
          if (magic != UNSIGNED_BYTES + 4) {
            requireMagic(file, magic, UNSIGNED_BYTES + 3);
          }
        },
        found -> {});
  }

  /**
   * Reads labels, [N].
   *
   * @throws DataException if the file has none, or is cut off
   */
  static IdxFile readLabels(Path file) throws IOException {
    return read(file, magic -> requireMagic(file, magic, UNSIGNED_BYTES + 1), found -> {});
  }

  private interface MagicCheck {
    void check(int magic) throws DataException;
  }

  private interface ShapeCheck {
    void check(int[] shape) throws DataException;
  }

  /** What a header says is checked, or fits into memory, before anything is allocated for it. */
  private static IdxFile read(Path file, MagicCheck magicCheck, ShapeCheck shapeCheck)
      throws IOException {
    MessageDigest digest = DigestUtils.getSha256Digest();
    try (InputStream in = new DigestInputStream(open(file), digest)) {
      int magic = readInt(file, in);
      magicCheck.check(magic);
      int[] shape = new int[magic & 0xFF];
      for (int axis = 0; axis < shape.length; axis++) {
        shape[axis] = readInt(file, in);
      }
      shapeCheck.check(shape);
      int length = HeapRoom.require(file, shape);
      byte[] values = new byte[length];
      int found = read(in, values);
      if (found < length) {
        throw new DataException(
            String.format(
                Locale.ROOT,
                "%s is truncated: its header announces %,d bytes of data, found %,d",
                file,
                length,
                found));
      }
      if (in.read() != -1) {
        throw new DataException(
            String.format(
                Locale.ROOT, "%s goes on after the %,d bytes its header announces", file, length));
      }
      return new IdxFile(shape, values, Hex.encodeHexString(digest.digest()));
    } catch (ZipException | EOFException e) {
      throw new DataException(file + " is a damaged gzip file: " + Reason.of(e), e);
    }
  }

  /**
   * Reads until the array is full or the file ends, in pieces: Java keeps memory outside of its
   * heap, as large as the largest piece that it has ever read, until the thread ends.
   */
  private static int read(InputStream in, byte[] values) throws IOException {
    int found = 0;
    int last = 1;
    while (last > 0) {
      last = in.readNBytes(values, found, Math.min(BUFFER, values.length - found));
      found += last;
    }
    return found;
  }

  private static int readInt(Path file, InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(4);
    if (bytes.length < 4) {
      throw new DataException(file + " is truncated: it ends within its header");
    }
    return ByteBuffer.wrap(bytes).getInt();
  }

  private static void requireMagic(Path file, int found, int expected) throws DataException {
    if (found != expected) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s is not the IDX file its name says: expected magic number %d (%s), found %d%s",
              file,
              expected,
              kind(expected),
              found,
              kindInParentheses(found)));
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

  private static String dimensions(int[] shape) {
    return String.join(" x ", Arrays.stream(shape).mapToObj(Integer::toString).toList());
  }

  private static String kindInParentheses(int magic) {
    return kind(magic).isEmpty() ? "" : " (" + kind(magic) + ")";
  }

  private static String kind(int magic) {
    return switch (magic) {
      case UNSIGNED_BYTES + 1 -> "labels";
      case UNSIGNED_BYTES + 3, UNSIGNED_BYTES + 4 -> "images";
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
