package io.bnzoo.storage;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.function.LongSupplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What the bytes of an array say of it, as {@code Nd4j.write} leaves them: two buffers, each with
 * its kind of memory, its length and its type before its values. The first holds the shape: rank,
 * then each dimension, then what does not matter here. Before 1.0.0 lengths and shapes were of 32
 * bits, which the kind of memory tells.
 *
 * <p>Nothing is allocated on the word of these bytes, and of what they say of the shape nothing is
 * passed on: ND4J believes strides without a look at them, and a wrong one takes the JVM down.
 *
 * @param type of its values
 * @param values its values' bytes
 * @param finite whether all of them are numbers
 */
record StoredArray(DataType type, ByteBuffer values, boolean finite) {
  /** The kinds of memory before 1.0.0, and since. */
  private static final Set<String> INT_LENGTH = Set.of("DIRECT", "HEAP", "JAVACPP");

  private static final Set<String> LONG_LENGTH = Set.of("LONG_SHAPE", "MIXED_DATA_TYPES");

  private static final Set<DataType> REALS =
      Set.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16, DataType.BFLOAT16);

  private static final Set<DataType> INTEGERS = Set.of(DataType.INT32, DataType.INT64);

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
    require(INTEGERS.contains(shape.type()), "its shape is not whole numbers");
    require(REALS.contains(values.type()), "its values are no real numbers");
    require(values.end() == bytes.length, "it goes on after its values");
    require(vectorLength(bytes, shape) == values.length(), "its shape and its length disagree");
    ByteBuffer content =
        ByteBuffer.wrap(bytes, values.start(), values.end() - values.start()).slice();
    return new StoredArray(values.type(), content, isFinite(content.duplicate(), values.type()));
  }

  /**
   * Where the array that begins at {@code start} ends, so that several in a row can be told apart.
   *
   * @throws IOException saying what is wrong with its bytes
   */
  static int end(byte[] bytes, int start) throws IOException {
    return buffer(bytes, buffer(bytes, start).end()).end();
  }

  /** How many values there are. */
  int length() {
    return values.remaining() / type.width();
  }

  /** The same values as an array of shape [1,length]. */
  INDArray toRow() {
    INDArray row = Nd4j.createUninitialized(type, new long[] {1, length()}, 'c');
    ByteBuffer place = row.data().asNio(); // In the order of this machine's bytes.
    ByteBuffer from = values.duplicate();
    switch (type.width()) {
      case Short.BYTES -> place.asShortBuffer().put(from.asShortBuffer());
      case Float.BYTES -> place.asIntBuffer().put(from.asIntBuffer());
      default -> place.asLongBuffer().put(from.asLongBuffer());
    }
    return row;
  }

  private static Buffer buffer(byte[] bytes, int start) throws IOException {
    ByteArrayInputStream rest = new ByteArrayInputStream(bytes, start, bytes.length - start);
    DataInputStream in = new DataInputStream(rest);
    String memory = in.readUTF();
    require(INT_LENGTH.contains(memory) || LONG_LENGTH.contains(memory), "its header is unknown");
    long length = INT_LENGTH.contains(memory) ? in.readInt() : in.readLong();
    DataType type = type(in.readUTF());
    int here = bytes.length - rest.available();
    require(
        length >= 0 && length <= (bytes.length - here) / type.width(),
        "it announces " + length + " values and does not have them");
    return new Buffer(type, here, (int) length);
  }

  private static DataType type(String name) throws IOException {
    for (DataType type : DataType.values()) {
      if (type.name().equals(name) && (INTEGERS.contains(type) || REALS.contains(type))) {
        return type;
      }
    }
    throw new IOException("its type is unknown");
  }

  /** Of an array with at most one axis that is longer than 1. */
  private static long vectorLength(byte[] content, Buffer shape) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(content, shape.start(), shape.end() - shape.start());
    LongSupplier next =
        shape.type() == DataType.INT64 ? bytes::getLong : () -> (long) bytes.getInt();
    long rank = shape.length() == 0 ? 0 : next.getAsLong();
    require(rank >= 1 && rank <= 2 && rank < shape.length(), "it is no row of values");
    long first = next.getAsLong();
    long second = rank == 2 ? next.getAsLong() : 1;
    require(first == 1 || second == 1, "it is no row of values");
    return first * second;
  }

  /** NaN and infinity have all exponent bits set. */
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
