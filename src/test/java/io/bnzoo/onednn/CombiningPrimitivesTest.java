package io.bnzoo.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Operations on several tensors of any number of channels, value by value. */
class CombiningPrimitivesTest {
  private final TensorPool pool = new TensorPool();

  @AfterEach
  void close() {
    pool.close();
  }

  static Stream<Layout> layouts() {
    return Stream.of(
        Layout.channelsLast(2, 1, 3, 5),
        Layout.channelsLast(1, 3, 4, 4),
        Layout.channelsLast(3, 5, 1, 7),
        Layout.channelsLast(2, 16, 2, 3),
        Layout.channelsLast(2, 17, 3, 2),
        Layout.rowByRow(3, 17));
  }

  private Tensor tensor(Layout layout, float[] values) {
    return TensorValues.tensor(pool, layout, values);
  }

  /** Of two tensors into the first of them, by fast code. */
  private void assertEach(
      Primitive primitive, float[] first, float[] second, IntToDoubleFunction expected) {
    assertEach(primitive, first, second, Map.of(), expected);
  }

  private void assertEach(
      Primitive primitive,
      float[] first,
      float[] second,
      Map<Argument, Tensor> more,
      IntToDoubleFunction expected) {
    assertThat(primitive.isGeneric()).isFalse();
    Tensor result = tensor(primitive.source(), first);
    Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);
    arguments.putAll(more);
    arguments.put(Argument.SOURCE, result);
    arguments.put(Argument.SECOND_SOURCE, tensor(primitive.source(), second));
    arguments.put(Argument.DESTINATION, result);
    run(pool.kernel(pool.own(primitive), arguments));
    TensorValues.assertClose(result, 1e-6, expected);
  }

  private void run(Kernel... kernels) {
    pool.seal();
    for (Kernel kernel : kernels) {
      kernel.run();
    }
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void aSumCanReplaceItsFirstOperand(Layout layout) {
    float[] first = TensorValues.random(1, layout);
    float[] second = TensorValues.random(2, layout);
    assertEach(CombiningPrimitives.sum(layout), first, second, i -> (double) first[i] + second[i]);
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void aDifferenceCanReplaceItsFirstOperand(Layout layout) {
    float[] first = TensorValues.random(1, layout);
    float[] second = TensorValues.random(2, layout);
    assertEach(
        CombiningPrimitives.difference(layout), first, second, i -> (double) first[i] - second[i]);
  }

  /** Also where both are equal: then to the first. */
  @ParameterizedTest
  @MethodSource("layouts")
  void theGradientOfAMaximumGoesToItsFirstOperandWhereThatIsNotSmaller(Layout layout) {
    float[] first = TensorValues.random(1, layout);
    float[] second = withEveryThirdOf(first, TensorValues.random(2, layout));
    float[] gradient = TensorValues.random(3, layout);
    assertEach(
        CombiningPrimitives.gradientOfFirst(layout),
        first,
        second,
        Map.of(Argument.OPERAND_OF_FIRST_POST_OP, tensor(layout, gradient)),
        i -> first[i] >= second[i] ? gradient[i] : 0);
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void theGradientOfAMaximumGoesToItsSecondOperandWhereThatIsLarger(Layout layout) {
    float[] first = TensorValues.random(1, layout);
    float[] second = withEveryThirdOf(first, TensorValues.random(2, layout));
    float[] gradient = TensorValues.random(3, layout);
    assertEach(
        CombiningPrimitives.gradientOfSecond(layout),
        first,
        second,
        Map.of(Argument.OPERAND_OF_FIRST_POST_OP, tensor(layout, gradient)),
        i -> first[i] < second[i] ? gradient[i] : 0);
  }

  private static float[] withEveryThirdOf(float[] first, float[] second) {
    for (int i = 0; i < first.length; i += 3) {
      second[i] = first[i];
    }
    return second;
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void aWeightedSumCanReplaceItsFirstOperand(Layout layout) {
    float[] first = TensorValues.random(1, layout);
    float[] second = TensorValues.random(2, layout);
    float[] third = TensorValues.random(3, layout);
    Tensor result = tensor(layout, first);
    Primitive primitive = pool.own(CombiningPrimitives.weightedSum(layout, 0.5f, -2, 0.25f));
    run(
        pool.combination(
            primitive, List.of(result, tensor(layout, second), tensor(layout, third)), result));
    TensorValues.assertClose(result, 1e-6, i -> 0.5 * first[i] - 2.0 * second[i] + 0.25 * third[i]);
  }
}
