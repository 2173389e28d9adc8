package io.bnzoo.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.factory.Nd4j;

class LogitsTest {
  private static final float NAN = Float.NaN;

  @Test
  void theLargestValueIsLookedForInTheImagesOwnRow() {
    Logits logits = new Logits(new float[] {1, 2, 3, 9, 8, 7, -3, -1, -2}, 3);
    assertThat(logits.argMax(0)).isEqualTo(2);
    assertThat(logits.argMax(1)).isZero();
    assertThat(logits.argMax(2)).isEqualTo(1);
  }

  @Test
  void theFirstOfEqualsIsTheLargest() {
    assertThat(of(1, 5, 5, 0, 5).argMax(0)).isEqualTo(1);
    assertThat(of(-0f, 0f).argMax(0)).isZero();
  }

  @Test
  void aNanIsPassedOverButInClassZero() {
    assertThat(of(1, NAN, 2, NAN).argMax(0)).isEqualTo(2);
    assertThat(of(NAN, 1, 2).argMax(0)).isZero();
    assertThat(of(NAN, NAN).argMax(0)).isZero();
  }

  @Test
  void thereIsNoImageBesidesThoseGiven() {
    Logits logits = new Logits(new float[6], 3);
    assertThat(logits.size()).isEqualTo(2);
    for (int image : new int[] {-1, 2}) {
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> logits.argMax(image));
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 10", "19, 10", "5, 0", "5, -5"})
  void valuesThatAreNoRowsOfClassesAreRefused(int values, int classes) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Logits(new float[values], classes))
        .withMessageContaining("got %d values for rows of %d", values, classes);
  }

  @Test
  void nobodyElseCanChangeThem() {
    float[] given = {1, 2};
    Logits logits = new Logits(given, 2);
    given[0] = 7;
    logits.values()[1] = 7;
    assertThat(logits.values()).containsExactly(1, 2);
  }

  @Test
  void anArrayIsReadRowByRowWhateverItsOrder() {
    Logits logits = Logits.of(Nd4j.create(new double[][] {{1, 2, 3}, {4, 5, 6}}).dup('f'));
    assertThat(logits.classes()).isEqualTo(3);
    assertThat(logits.values()).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void anArrayThatIsNoMatrixIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Logits.of(Nd4j.zeros(2, 3, 4)))
        .withMessage(
            "the network must give one row of values for an image, its output has shape [2, 3, 4]");
  }

  private static Logits of(float... row) {
    return new Logits(row, row.length);
  }
}
