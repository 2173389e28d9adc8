package io.bnzoo.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each operation on vectors, also in the place of one of its operands. */
class VectorPrimitivesTest {
  /** Not a multiple of a register's width. */
  private static final Layout ROW = Layout.rowByRow(37);

  private static final Layout ONE = Layout.number(1);
  private static final float[] FIRST = TensorValues.random(1, ROW);
  private static final float[] SECOND = TensorValues.random(2, ROW);
  private static final float[] THIRD = TensorValues.random(3, ROW);

  private final TensorPool pool = new TensorPool();
  private final Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);

  @AfterEach
  void close() {
    pool.close();
  }

  private Tensor row(float[] values) {
    return TensorValues.tensor(pool, ROW, values);
  }

  private Tensor number(float value) {
    return TensorValues.tensor(pool, ONE, value);
  }

  private static float[] squares(float[] values) {
    float[] squares = new float[values.length];
    for (int i = 0; i < squares.length; i++) {
      squares[i] = values[i] * values[i];
    }
    return squares;
  }

  private VectorPrimitivesTest with(Argument argument, Tensor tensor) {
    arguments.put(argument, tensor);
    return this;
  }

  /** Asserts what is in the destination after the primitive, of which oneDNN has fast code. */
  private void assertEach(Primitive primitive, IntToDoubleFunction expected) {
    assertThat(primitive.isGeneric()).isFalse();
    Kernel kernel = pool.kernel(pool.own(primitive), arguments);
    pool.seal();
    kernel.run();
    TensorValues.assertClose(arguments.get(Argument.DESTINATION), 1e-5, expected);
  }

  @Test
  void anAverageMovesTowardsAProductOfArrays() {
    with(Argument.SOURCE, row(FIRST))
        .with(Argument.SECOND_SOURCE, row(SECOND))
        .with(Argument.DESTINATION, row(THIRD))
        .assertEach(
            VectorPrimitives.runningAverage(ROW, ROW, 0.9),
            i -> 0.9 * THIRD[i] + 0.1 * FIRST[i] * SECOND[i]);
  }

  @Test
  void anAverageMovesTowardsAMultiple() {
    with(Argument.SOURCE, row(FIRST))
        .with(Argument.SECOND_SOURCE, number(3))
        .with(Argument.DESTINATION, row(THIRD))
        .assertEach(
            VectorPrimitives.runningAverage(ROW, ONE, 0.75),
            i -> 0.75 * THIRD[i] + 0.25 * 3 * FIRST[i]);
  }

  @Test
  void aSumOfProductsKeepsAShare() {
    with(Argument.SOURCE, row(FIRST))
        .with(Argument.SECOND_SOURCE, row(SECOND))
        .with(Argument.DESTINATION, row(THIRD))
        .assertEach(
            VectorPrimitives.sumOfProducts(ROW, ROW, 3, 0.5),
            i -> 0.5 * THIRD[i] + 3 * FIRST[i] * SECOND[i]);
  }

  @Test
  void theLargerOfTwoValuesCanReplaceTheSecond() {
    Tensor second = row(SECOND);
    with(Argument.SOURCE, row(FIRST))
        .with(Argument.SECOND_SOURCE, second)
        .with(Argument.DESTINATION, second)
        .assertEach(VectorPrimitives.maximum(ROW), i -> Math.max(FIRST[i], SECOND[i]));
  }

  @Test
  void theLargestMagnitudeCanReplaceTheOneBefore() {
    Tensor before = row(squares(SECOND));
    with(Argument.SOURCE, row(FIRST))
        .with(Argument.SECOND_SOURCE, number(1))
        .with(Argument.OPERAND_OF_SECOND_POST_OP, before)
        .with(Argument.DESTINATION, before)
        .assertEach(
            VectorPrimitives.largestMagnitude(ROW, 0.25),
            i -> Math.max(Math.abs(FIRST[i]), SECOND[i] * SECOND[i]) + 0.25);
  }

  /** Also of values that are hardly more than nothing, and so large that they overflow. */
  @Test
  void signsAreAddedAsOftenAsAFactorSays() {
    float[] values = FIRST.clone();
    values[0] = 0;
    values[1] = -Float.MIN_NORMAL;
    values[2] = 1e30f;
    with(Argument.SOURCE, row(values))
        .with(Argument.SECOND_SOURCE, number(Float.MAX_VALUE))
        .with(Argument.OPERAND_OF_SECOND_POST_OP, number(0.3f))
        .with(Argument.DESTINATION, row(SECOND))
        .assertEach(VectorPrimitives.addSigns(ROW), i -> SECOND[i] + 0.3 * Math.signum(values[i]));
  }

  @Test
  void aStepIsByAQuotient() {
    float[] divisors = squares(FIRST);
    for (int i = 0; i < divisors.length; i++) {
      divisors[i] += 1;
    }
    with(Argument.SOURCE, row(SECOND))
        .with(Argument.SECOND_SOURCE, row(divisors))
        .with(Argument.OPERAND_OF_FIRST_POST_OP, number(-0.2f))
        .with(Argument.DESTINATION, row(THIRD))
        .assertEach(
            VectorPrimitives.stepByQuotient(ROW), i -> THIRD[i] - 0.2 * SECOND[i] / divisors[i]);
  }

  @Test
  void aStepIsByAMeanOverARoot() {
    with(Argument.SOURCE, row(squares(FIRST)))
        .with(Argument.SECOND_SOURCE, number(1))
        .with(Argument.OPERAND_OF_FOURTH_POST_OP, row(SECOND))
        .with(Argument.OPERAND_OF_FIFTH_POST_OP, number(-0.2f))
        .with(Argument.DESTINATION, row(THIRD))
        .assertEach(
            VectorPrimitives.stepByRoot(ROW, 0.5),
            i -> THIRD[i] - 0.2 * SECOND[i] / (Math.abs(FIRST[i]) + 0.5));
  }

  @Test
  void aFactorCanBeReplacedByItsProductWithARoot() {
    Tensor factor = row(SECOND);
    with(Argument.SOURCE, row(squares(FIRST)))
        .with(Argument.SECOND_SOURCE, number(1))
        .with(Argument.OPERAND_OF_THIRD_POST_OP, factor)
        .with(Argument.DESTINATION, factor)
        .assertEach(
            VectorPrimitives.timesRoot(ROW, 0.5),
            i -> SECOND[i] * Math.sqrt((double) FIRST[i] * FIRST[i] + 0.5));
  }

  @Test
  void aDividendCanBeReplacedByItsQuotientWithARoot() {
    Tensor dividend = row(SECOND);
    with(Argument.SOURCE, row(squares(FIRST)))
        .with(Argument.SECOND_SOURCE, number(1))
        .with(Argument.OPERAND_OF_FOURTH_POST_OP, dividend)
        .with(Argument.DESTINATION, dividend)
        .assertEach(
            VectorPrimitives.overRoot(ROW, 0.5),
            i -> SECOND[i] / Math.sqrt((double) FIRST[i] * FIRST[i] + 0.5));
  }

  @Test
  void nothingIsFurtherFromZeroThanTheLargest() {
    Tensor values = row(FIRST);
    with(Argument.SOURCE, values)
        .with(Argument.DESTINATION, values)
        .assertEach(
            VectorPrimitives.clipping(ROW, 0.4), i -> Math.max(-0.4f, Math.min(0.4f, FIRST[i])));
  }
}
