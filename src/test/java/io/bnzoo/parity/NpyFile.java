package io.bnzoo.parity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * NumPy's format 1.0 of floats in C order.
 *
 * <p>ND4J's own reader takes the header {@code (48, )}, with a space, for an empty array of [48,0].
 *
 * @param shape of the array
 * @param values all of them, the last axis moving fastest
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
record NpyFile(List<Integer> shape, float[] values) {
  private static final int FIXED_BYTES = 10; // The magic number, the version, the header's length.
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '<f4', 'fortran_order': False, 'shape': \\(([0-9, ]*)\\), \\}\\s*");

  /**
   * Reads a file.
   *
   * @throws IOException if it is another format or has too few or too many bytes, naming it
   */
  static NpyFile read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int headerSize =
        bytes.capacity() < FIXED_BYTES ? bytes.capacity() : bytes.getShort(FIXED_BYTES - 2);
    if (headerSize < 0 || bytes.capacity() < FIXED_BYTES + headerSize) {
      throw new IOException(file + " is cut off before its values, or is no .npy file");
    }
    byte[] header = new byte[headerSize];
    bytes.position(FIXED_BYTES).get(header);
    Matcher matcher = HEADER.matcher(new String(header, US_ASCII));
    if (!matcher.matches()) {
      throw new IOException(
          file
              + " must hold floats in C order ('<f4'), its header is "
              + new String(header, US_ASCII).strip());
    }
    List<Integer> shape =
        Stream.of(matcher.group(1).split("[, ]+", -1))
            .filter(size -> !size.isEmpty())
            .map(Integer::valueOf)
            .toList();
    long count = shape.stream().mapToLong(size -> size).reduce(1, Math::multiplyExact);
    if (bytes.remaining() != Float.BYTES * count) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s has %d bytes of values where its shape %s has %d",
              file,
              bytes.remaining(),
              shape,
              Float.BYTES * count));
    }
    float[] values = new float[(int) count];
    bytes.asFloatBuffer().get(values);
    return new NpyFile(shape, values);
  }
}
