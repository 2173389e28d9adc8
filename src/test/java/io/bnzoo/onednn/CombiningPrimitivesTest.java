package io.bnzoo.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
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

  static Stream<List<Layout>> sources() {
    return Stream.of(
        images(1),
        images(1, 3),
        images(5, 16, 1),
        images(16, 32),
        images(17, 3, 64, 5),
        List.of(Layout.rowByRow(3, 5), Layout.rowByRow(3, 16)),
        List.of(Layout.rowByRow(1, 17), Layout.rowByRow(1, 1), Layout.rowByRow(1, 3)));
  }

  private static List<Layout> images(int... channels) {
    return IntStream.of(channels).mapToObj(c -> Layout.channelsLast(2, c, 3, 4)).toList();
  }

  /** With the channels of all. */
  private static Layout whole(List<Layout> sources) {
    long channels = sources.stream().mapToLong(source -> source.size(1)).sum();
    return sources.get(0).size().length == 2
        ? Layout.rowByRow(sources.get(0).size(0), channels)
        : Layout.channelsLast(2, channels, 3, 4);
  }

  /** Row by row, image by image what all sources have of it. */
  private static float[] behindEachOther(List<float[]> sources, int images) {
    float[] all = new float[sources.stream().mapToInt(source -> source.length).sum()];
    int next = 0;
    for (int image = 0; image < images; image++) {
      for (float[] source : sources) {
        int length = source.length / images;
        System.arraycopy(source, image * length, all, next, length);
        next += length;
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("sources")
  void aConcatenationHasTheChannelsOfOneBehindThoseOfTheOther(List<Layout> layouts) {
    List<float[]> values =
        layouts.stream().map(layout -> TensorValues.random(layout.size(1), layout)).toList();
    List<Tensor> sources =
        IntStream.range(0, values.size())
            .mapToObj(i -> tensor(layouts.get(i), values.get(i)))
            .toList();
    Tensor whole = pool.tensor(whole(layouts));
    Primitive primitive = pool.own(CombiningPrimitives.concatenation(layouts, whole.layout()));
    run(pool.combination(primitive, sources, whole));
    assertThat(TensorValues.read(whole))
        .isEqualTo(behindEachOther(values, (int) whole.layout().size(0)));
  }

  @ParameterizedTest
  @MethodSource("sources")
  void theGradientOfASourceIsItsRangeOfTheWhole(List<Layout> layouts) {
    Layout layout = whole(layouts);
    float[] values = TensorValues.random(1, layout);
    Tensor whole = tensor(layout, values);
    List<Tensor> parts = new ArrayList<>();
    List<Kernel> kernels = new ArrayList<>();
    long next = 0;
    for (Layout each : layouts) {
      Layout range = layout.range(1, next, each.size(1));
      parts.add(pool.tensor(each));
      Primitive primitive = pool.own(Primitives.reorder(range, each));
      boolean isImage = each.size().length == 4; // Rows are copied one at a time.
      assertThat(isImage && primitive.isGeneric()).isFalse();
      kernels.add(
          pool.kernel(
              primitive,
              Map.of(
                  Argument.SOURCE,
                  pool.tensor(range, whole.floats()),
                  Argument.DESTINATION,
                  parts.get(parts.size() - 1))));
      next += each.size(1);
    }
    run(kernels.toArray(new Kernel[0]));
    assertThat(
            behindEachOther(parts.stream().map(TensorValues::read).toList(), (int) layout.size(0)))
        .isEqualTo(values);
  }
}
