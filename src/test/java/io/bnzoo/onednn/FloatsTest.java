package io.bnzoo.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
