package io.bnzoo.onednn;

import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Locale;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;

/**
 * A vector of floats outside of the Java heap, or a part of one, and what linear algebra does with
 * it. Source of the operations: BLAS, level 1.
 *
 * <p>A part shares the memory of the whole, and is gone when the whole is closed.
 */
public final class Floats implements AutoCloseable {
  private static final int CACHE_LINE = 64;

  /** How many squares are summed in single precision. */
  private static final int RUN = 1 << 12;

  /** A sum of squares to which those that are no normal floats add nothing. */
  private static final double SMALLEST_SUM = 1e-20;

  private final BytePointer memory;
  private final FloatPointer start;
  private final int length;

  private Floats(BytePointer memory, FloatPointer start, int length) {
    this.memory = memory;
    this.start = start;
    this.length = length;
  }

  /** A new vector, which starts at a cache line. */
  public static Floats zeros(long length) {
    BytePointer memory = new BytePointer(length * Float.BYTES + CACHE_LINE);
    memory.retainReference(); // Whatever scope it is made in, it stays until it is closed.
    Pointer.memset(memory, 0, memory.limit());
    long behind = memory.address() % CACHE_LINE;
    Pointer aligned = memory.getPointer(behind == 0 ? 0 : CACHE_LINE - behind);
    return new Floats(memory, new FloatPointer(aligned), Math.toIntExact(length));
  }

  /** How many floats there are. */
  public int length() {
    return length;
  }

  /** The given number of floats from a position on. */
  public Floats part(long from, long count) {
    if (from < 0 || count < 0 || from + count > length) {
      throw new IndexOutOfBoundsException(
          String.format(
              Locale.ROOT, "%d floats from %d on are not in a vector of %d", count, from, length));
    }
    return new Floats(memory, start.getPointer(from), (int) count);
  }

  /**
   * {@code this = this + factor * other}.
   *
   * @throws IllegalArgumentException if the lengths differ
   */
  public void add(float factor, Floats other) {
    requireLength(other.length);
    openblas.cblas_saxpy(length, factor, other.start, 1, start, 1);
  }

  /** {@code this = factor * this}. */
  public void scale(float factor) {
    openblas.cblas_sscal(length, factor, start, 1);
  }

  /**
   * {@code this = other}.
   *
   * @throws IllegalArgumentException if the lengths differ
   */
  public void copy(Floats other) {
    requireLength(other.length);
    openblas.cblas_scopy(length, other.start, 1, start, 1);
  }

  /** {@code this = 0}, whatever it was. */
  public void clear() {
    Pointer.memset(start, 0, (long) length * Float.BYTES);
  }

  /** The sum of absolute values. */
  public double absoluteSum() {
    return openblas.cblas_sasum(length, start, 1);
  }

  /**
   * The sum of squares, to double precision but for rounding within {@link #RUN} floats, which
   * makes it several times faster.
   */
  public double squaredNorm() {
    double sum = 0;
    for (int from = 0; from < length; from += RUN) {
      FloatPointer floats = start.getPointer(from);
      sum += openblas.cblas_sdot(Math.min(RUN, length - from), floats, 1, floats, 1);
    }
    boolean exact = sum >= SMALLEST_SUM && sum <= Float.MAX_VALUE;
    return exact ? sum : openblas.cblas_dsdot(length, start, 1, start, 1);
  }

  /**
   * The mean of each column of a matrix.
   *
   * @param matrix row by row, as many columns as this has floats
   * @param shares as many as the matrix has rows, each 1 divided by their number
   * @throws IllegalArgumentException if the matrix is shorter than that
   */
  public void columnMeans(Floats matrix, Floats shares) {
    if (matrix.length < (long) length * shares.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d rows of %d floats are not in a matrix of %d",
              shares.length,
              length,
              matrix.length));
    }
    openblas.cblas_sgemv(
        openblas.CblasRowMajor,
        openblas.CblasTrans,
        shares.length,
        length,
        1,
        matrix.start,
        length,
        shares.start,
        1,
        0,
        start,
        1);
  }

  /**
   * The sum of squares in single precision: NaN where a value is NaN, infinite where a square
   * overflows or a value is infinite.
   */
  public float squares() {
    return openblas.cblas_sdot(length, start, 1, start, 1);
  }

  /**
   * Writes an array at the start.
   *
   * @throws IndexOutOfBoundsException if it is longer than this vector
   */
  public void write(float[] values) {
    Objects.checkFromIndexSize(0, values.length, length);
    start.put(values, 0, values.length);
  }

  /**
   * Writes bytes, of a {@link Layout#bytes}, at the start.
   *
   * @throws BufferOverflowException if they are more than this vector has
   */
  public void write(ByteBuffer values) {
    new BytePointer(start).capacity((long) length * Float.BYTES).asByteBuffer().put(values);
  }

  /**
   * Writes what is left of a buffer at the start.
   *
   * @throws BufferOverflowException if it is more than this vector has
   */
  public void write(FloatBuffer values) {
    new FloatPointer(start).capacity(length).asBuffer().put(values);
  }

  /**
   * Reads from the start until the array is full.
   *
   * @throws IndexOutOfBoundsException if it is longer than this vector
   */
  public void read(float[] values) {
    Objects.checkFromIndexSize(0, values.length, length);
    start.get(values, 0, values.length);
  }

  /**
   * Reads from the start until the buffer is full.
   *
   * @throws BufferUnderflowException if it is longer than this vector
   */
  public void read(FloatBuffer values) {
    FloatBuffer all = new FloatPointer(start).capacity(length).asBuffer();
    if (values.remaining() > all.remaining()) {
      throw new BufferUnderflowException();
    }
    values.put(all.limit(values.remaining()));
  }

  private void requireLength(int other) {
    if (other != length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "a vector of %d floats is combined with one of %d", length, other));
    }
  }

  Pointer address() {
    return start;
  }

  /** Frees the whole vector. */
  @Override
  public void close() {
    memory.close();
  }
}
