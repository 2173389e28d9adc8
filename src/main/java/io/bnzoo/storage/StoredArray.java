package io.bnzoo.storage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.shape.Shape;

/**
 * What the bytes of an array say of it, as {@code Nd4j.write} leaves them: two buffers, each with
 * its kind of memory, its length and its type before its values. The first holds the shape: rank,
 * then each dimension, then what does not matter here.
 *
 * <p>Nothing is allocated on the word of these bytes, and of what they say of the shape nothing is
 * passed on: ND4J believes strides without a look at them, and a wrong one takes the JVM down.
 *
 * @param type of its values
 * @param values its values' bytes
 * @param finite whether all of them are numbers
 */
record StoredArray(DataType type, ByteBuffer values, boolean finite) {
  private static final Set<DataType> REALS =
      Set.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16, DataType.BFLOAT16);

  /** One of the two buffers: where its values start, and how many of which type there are. */
  private record Buffer(DataType type, int start, int length) {
    int end() {
      return start + length * type.width();
    }
  }

  /**
   * Looks bytes through.
   *
   * @throws IOException saying what is wrong with them
   */
  static StoredArray of(byte[] bytes) throws IOException {
    Buffer shape = buffer(bytes, 0);
    Buffer values = buffer(bytes, shape.end());
    require(shape.type() == DataType.INT64, "its shape is not whole numbers");
    require(REALS.contains(values.type()), "its values are no real numbers");
    require(values.end() == bytes.length, "it goes on after its values");
    require(vectorLength(bytes, shape) == values.length(), "its shape and its length disagree");
    ByteBuffer content =
        ByteBuffer.wrap(bytes, values.start(), values.end() - values.start()).slice();
    return new StoredArray(values.type(), content, isFinite(content.duplicate(), values.type()));
  }

  /** How many values there are. */
  int length() {
    return values.remaining() / type.width();
  }

  /** The same values as the row [1,length], in the bytes that ND4J would write for it. */
  byte[] asRow() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(values.remaining() + 200);
    DataOutputStream out = new DataOutputStream(bytes);
    Shape.createShapeInformation(
            new long[] {1, length()}, new long[] {length(), 1}, 1, 'c', type, false)
        .write(out);
    out.writeUTF(DataBuffer.AllocationMode.MIXED_DATA_TYPES.name());
    out.writeLong(length());
    out.writeUTF(type.name());
    byte[] content = new byte[values.remaining()];
    values.duplicate().get(content);
    out.write(content);
    return bytes.toByteArray();
  }

  private static Buffer buffer(byte[] bytes, int start) throws IOException {
    ByteArrayInputStream rest = new ByteArrayInputStream(bytes, start, bytes.length - start);
    DataInputStream in = new DataInputStream(rest);
    in.readUTF(); // The kind of memory that it was in.
    long length = in.readLong();
    DataType type = type(in.readUTF());
    int here = bytes.length - rest.available();
    require(
        length >= 0 && length <= (bytes.length - here) / type.width(),
        "it announces " + length + " values and does not have them");
    return new Buffer(type, here, (int) length);
  }

  private static DataType type(String name) throws IOException {
    for (DataType type : DataType.values()) {
      if (type.name().equals(name) && (type == DataType.INT64 || REALS.contains(type))) {
        return type;
      }
    }
    throw new IOException("its type is unknown");
  }

  /** Of an array with at most one axis that is longer than 1. */
  private static long vectorLength(byte[] bytes, Buffer shape) throws IOException {
    ByteBuffer numbers = ByteBuffer.wrap(bytes, shape.start(), shape.end() - shape.start());
    long rank = shape.length() == 0 ? 0 : numbers.getLong();
    require(rank >= 1 && rank <= 2 && rank < shape.length(), "it is no row of values");
    long first = numbers.getLong();
    long second = rank == 2 ? numbers.getLong() : 1;
    require(first == 1 || second == 1, "it is no row of values");
    return Math.max(first, second);
  }

  /** A number that is none, or infinite, has all bits of its exponent set. */
  private static boolean isFinite(ByteBuffer values, DataType type) {
    while (values.hasRemaining()) {
      if (!isNextFinite(values, type)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isNextFinite(ByteBuffer buffer, DataType type) {
    if (type == DataType.FLOAT) {
      return Float.isFinite(buffer.getFloat());
    }
    if (type == DataType.DOUBLE) {
      return Double.isFinite(buffer.getDouble());
    }
    int exponent = type == DataType.BFLOAT16 ? 0x7F80 : 0x7C00;
    return (buffer.getShort() & exponent) != exponent;
  }

  private static void require(boolean condition, String otherwise) throws IOException {
    if (!condition) {
      throw new IOException(otherwise);
    }
  }
}
