package io.bnzoo.parity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Reads NumPy's format 1.0 of floats in C order.
 *
 * <p>ND4J's own reader takes the header {@code (48, )}, with a space, for an empty array of [48,0].
 */
final class NpyFile {
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '<f4', 'fortran_order': False, 'shape': \\(([0-9, ]*)\\), \\}\\s*");

  private NpyFile() {}

  static INDArray read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.position(8); // Behind the magic number and the version.
    byte[] header = new byte[bytes.getShort()];
    bytes.get(header);
    Matcher matcher = HEADER.matcher(new String(header, US_ASCII));
    if (!matcher.matches()) {
      throw new IOException(file + " has an unknown header: " + new String(header, US_ASCII));
    }
    long[] shape =
        Stream.of(matcher.group(1).split("[, ]+", -1))
            .filter(size -> !size.isEmpty())
            .mapToLong(Long::parseLong)
            .toArray();
    float[] values = new float[(int) LongStream.of(shape).reduce(1, (a, b) -> a * b)];
    bytes.asFloatBuffer().get(values);
    return Nd4j.createFromArray(values).reshape('c', shape);
  }
}
