package io.bnzoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The one way in which tests compare arrays: shape first, then each value. */
public final class ArrayAssert {
  private ArrayAssert() {}

  /**
   * Fails at the first value with {@code |actual - expected| > absolute + relative * |expected|}.
   */
  public static void assertClose(
      INDArray actual, INDArray expected, double absolute, double relative) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    double[] actualValues = values(actual);
    double[] expectedValues = values(expected);
    for (int i = 0; i < actualValues.length; i++) {
      double allowed = absolute + relative * Math.abs(expectedValues[i]);
      double difference = Math.abs(actualValues[i] - expectedValues[i]);
      if (!(difference <= allowed)) {
        fail(
            "value %d of shape %s: expected %s, got %s, which is off by %s where %s is allowed",
            i,
            Arrays.toString(actual.shape()),
            expectedValues[i],
            actualValues[i],
            difference,
            allowed);
      }
    }
  }

  /** Fails unless all bits are the same. */
  public static void assertSameBits(INDArray actual, INDArray expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.dataType()).isEqualTo(expected.dataType());
    // A float is a double, too; an array of doubles compares by bits.
    assertThat(values(actual)).isEqualTo(values(expected));
  }

  private static double[] values(INDArray array) {
    return array.dup('c').data().asDouble();
  }
}
