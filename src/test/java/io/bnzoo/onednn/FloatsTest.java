package io.bnzoo.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FloatsTest {
  private final Floats three = Floats.zeros(3);
  private final Floats four = Floats.zeros(4);

  @AfterEach
  void close() {
    three.close();
    four.close();
  }

  @Test
  void vectorsOfOtherLengthsAreNotCombined() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> four.copy(three))
        .withMessage("a vector of 4 floats is combined with one of 3");
    assertThatIllegalArgumentException().isThrownBy(() -> three.add(1, four));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> three.columnMeans(four, four))
        .withMessage("4 rows of 3 floats are not in a matrix of 4");
  }

  @Test
  void nothingIsReadOrWrittenBeyondTheEnd() {
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> three.write(new float[4]));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> three.read(new float[4]));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> three.part(1, 3));
    assertThatExceptionOfType(BufferOverflowException.class)
        .isThrownBy(() -> three.write(ByteBuffer.allocate(13)));
  }

  @Test
  void theSumOfSquaresTellsNaNFromInfinity() {
    three.write(new float[] {1, 2, 3});
    assertThat(three.squares()).isEqualTo(14);
    three.write(new float[] {1, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY});
    assertThat(three.squares()).isInfinite();
    three.write(new float[] {1, Float.POSITIVE_INFINITY, Float.NaN});
    assertThat(three.squares()).isNaN();
  }

  @Test
  void theSquaredNormIsDoubleWhereAFloatIsTooShortOrTooSmall() {
    three.write(new float[] {1e30f, 0, -1e30f});
    assertThat(three.squaredNorm()).isCloseTo(2e60, within(2e53));
    three.write(new float[] {3e-30f, 4e-30f, 0});
    assertThat(three.squaredNorm()).isCloseTo(2.5e-59, within(2.5e-66));
    three.write(new float[] {1, Float.NEGATIVE_INFINITY, 2});
    assertThat(three.squaredNorm()).isInfinite();
    three.write(new float[] {Float.POSITIVE_INFINITY, Float.NaN, 2});
    assertThat(three.squaredNorm()).isNaN();
  }

  @Test
  void theSquaredNormOfALongVectorCountsEachValueOnce() {
    int length = 100_003;
    float[] values = new float[length];
    double squares = 0;
    for (int i = 0; i < length; i++) {
      values[i] = (i % 7 - 3) * 0.1f;
      squares += (double) values[i] * values[i];
    }
    values[length - 1] = 1000;
    squares += 1000 * 1000 - (double) ((length - 1) % 7 - 3) * 0.1f * ((length - 1) % 7 - 3) * 0.1f;
    try (Floats vector = Floats.zeros(length)) {
      vector.write(values);
      assertThat(vector.squaredNorm()).isCloseTo(squares, within(squares * 1e-6));
    }
  }

  @Test
  void theAbsoluteSumIgnoresSigns() {
    four.write(new float[] {1, -2, 0, 0.5f});
    assertThat(four.absoluteSum()).isEqualTo(3.5);
  }

  @Test
  void aPartIsClearedOfNaNsAndNothingElse() {
    four.write(new float[] {1, Float.NaN, Float.POSITIVE_INFINITY, 4});
    four.part(1, 2).clear();
    float[] left = new float[4];
    four.read(left);
    assertThat(left).containsExactly(1, 0, 0, 4);
  }
}
