package io.bnzoo.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What layers without parameters do, compared with its definition. */
class ImagePrimitivesTest {
  private final TensorPool pool = new TensorPool();

  @AfterEach
  void close() {
    pool.close();
  }

  private Tensor tensor(Layout layout, float... values) {
    return TensorValues.tensor(pool, layout, values);
  }

  private void run(Primitive primitive, Map<Argument, Tensor> arguments) {
    assertThat(OneDnn.block() == 16 && primitive.isGeneric()).isFalse(); // With AVX-512.
    Kernel kernel = pool.kernel(primitive, arguments);
    pool.seal();
    kernel.run();
  }

  /** An image's size and by how much it grows downwards and to the right. */
  static Stream<Arguments> upsamplings() {
    return Stream.of(
        Arguments.of(Layout.channelsLast(1, 1, 1, 1), 2, 2),
        Arguments.of(Layout.channelsLast(2, 3, 4, 5), 2, 2),
        Arguments.of(Layout.channelsLast(1, 5, 3, 2), 3, 1),
        Arguments.of(Layout.channelsLast(2, 16, 7, 7), 2, 5),
        Arguments.of(Layout.channelsLast(3, 17, 13, 6), 3, 7),
        Arguments.of(Layout.channelsLast(1, 3, 11, 13), 6, 3));
  }

  private static Layout upsampled(Layout layout, int vertically, int horizontally) {
    return Layout.channelsLast(
        layout.size(0), layout.size(1), layout.size(2) * vertically, layout.size(3) * horizontally);
  }

  /** Where the value at an index of the larger images comes from. */
  private static int origin(Layout layout, int vertically, int horizontally, int index) {
    int height = (int) layout.size(2);
    int width = (int) layout.size(3);
    int column = index % (width * horizontally) / horizontally;
    int row = index / (width * horizontally) % (height * vertically) / vertically;
    int image = index / (width * horizontally) / (height * vertically);
    return (image * height + row) * width + column;
  }

  @ParameterizedTest
  @MethodSource("upsamplings")
  void upsamplingRepeatsEachPixel(Layout layout, int vertically, int horizontally) {
    Layout larger = upsampled(layout, vertically, horizontally);
    float[] values = TensorValues.random(1, layout);
    Tensor result = pool.tensor(larger);
    run(
        pool.own(ImagePrimitives.upsampling(Mode.INFERENCE, layout, larger)),
        Map.of(Argument.SOURCE, tensor(layout, values), Argument.DESTINATION, result));
    TensorValues.assertClose(result, 0, i -> values[origin(layout, vertically, horizontally, i)]);
  }

  @ParameterizedTest
  @MethodSource("upsamplings")
  void theGradientOfAPixelIsTheSumOverItsRepetitions(
      Layout layout, int vertically, int horizontally) {
    Layout larger = upsampled(layout, vertically, horizontally);
    float[] gradient = TensorValues.random(1, larger);
    Tensor result = pool.tensor(layout);
    Primitive forward = pool.own(ImagePrimitives.upsampling(Mode.TRAINING, layout, larger));
    run(
        pool.own(ImagePrimitives.upsamplingGradient(layout, larger, forward)),
        Map.of(
            Argument.DESTINATION_GRADIENT,
            tensor(larger, gradient),
            Argument.SOURCE_GRADIENT,
            result));
    double[] sums = new double[TensorValues.read(result).length];
    for (int i = 0; i < gradient.length; i++) {
      sums[origin(layout, vertically, horizontally, i)] += gradient[i];
    }
    TensorValues.assertClose(result, 1e-5, i -> sums[i]);
  }

  /** Three times as far from 0 as usual, so that some values are cut off. */
  private static float[] wide(Layout layout) {
    float[] values = TensorValues.random(1, layout);
    for (int i = 0; i < values.length; i++) {
      values[i] *= 3;
    }
    return values;
  }

  private static double hardSigmoid(double x) {
    return Math.min(1, Math.max(0, 0.2 * x + 0.5));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 16, 17, 120, 1000})
  void aHardSigmoidIsALineCutOff(int length) {
    Layout layout = Layout.rowByRow(length);
    float[] values = wide(layout);
    Tensor result = tensor(layout, values);
    run(
        pool.own(ImagePrimitives.hardSigmoid(layout)),
        Map.of(
            Argument.SOURCE, result,
            Argument.SECOND_SOURCE, tensor(Layout.number(1), 1),
            Argument.DESTINATION, result));
    TensorValues.assertClose(result, 1e-6, i -> hardSigmoid(values[i]));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 16, 17, 120, 1000})
  void theGradientOfAHardSigmoidIsAFifthWhereItIsNotCutOff(int length) {
    Layout layout = Layout.rowByRow(length);
    float[] values = wide(layout);
    float[] results = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      results[i] = (float) hardSigmoid(values[i]);
    }
    float[] gradient = TensorValues.random(2, layout);
    Tensor tensor = tensor(layout, gradient);
    Tensor destination = tensor(layout, results);
    run(
        pool.own(ImagePrimitives.hardSigmoidGradient(layout)),
        Map.of(
            Argument.SOURCE, destination,
            Argument.SECOND_SOURCE, tensor(Layout.number(1), 1),
            Argument.OPERAND_OF_FIRST_POST_OP, destination,
            Argument.OPERAND_OF_SECOND_POST_OP, tensor(Layout.number(1), 0),
            Argument.OPERAND_OF_THIRD_POST_OP, tensor,
            Argument.DESTINATION, tensor));
    TensorValues.assertClose(tensor, 1e-6, i -> Math.abs(values[i]) < 2.5 ? 0.2 * gradient[i] : 0);
  }

  static Stream<Layout> softmaxes() {
    return Stream.of(
        Layout.rowByRow(1, 1),
        Layout.rowByRow(3, 5),
        Layout.rowByRow(2, 17),
        Layout.rowByRow(4, 1000),
        Layout.channelsLast(2, 3, 4, 5),
        Layout.channelsLast(1, 16, 3, 1),
        Layout.channelsLast(2, 17, 2, 3));
  }

  /** Of values that would overflow if they were raised as they are. */
  private static float[] large(Layout layout) {
    float[] values = TensorValues.random(1, layout);
    for (int i = 0; i < values.length; i++) {
      values[i] = 3 * values[i] + 200;
    }
    return values;
  }

  /** The distance of neighbouring channels, row by row. */
  private static int stride(Layout layout) {
    return layout.size().length == 2 ? 1 : (int) (layout.size(2) * layout.size(3));
  }

  /** The sum over all channels at the place of each value. */
  private static double[] sums(Layout layout, double[] values) {
    int stride = stride(layout);
    int image = (int) layout.size(1) * stride;
    double[] sums = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      for (int c = 0; c < layout.size(1); c++) {
        sums[i] += values[i / image * image + c * stride + i % stride];
      }
    }
    return sums;
  }

  private static double[] softmax(Layout layout, float[] values) {
    double[] powers = new double[values.length];
    for (int i = 0; i < powers.length; i++) {
      powers[i] = Math.exp(values[i]);
    }
    double[] sums = sums(layout, powers);
    for (int i = 0; i < powers.length; i++) {
      powers[i] /= sums[i];
    }
    return powers;
  }

  @ParameterizedTest
  @MethodSource("softmaxes")
  void softmaxIsTheShareOfAPowerInTheSumOverTheChannels(Layout layout) {
    float[] values = large(layout);
    Tensor result = pool.tensor(layout);
    run(
        pool.own(ImagePrimitives.softmax(Mode.INFERENCE, layout)),
        Map.of(Argument.SOURCE, tensor(layout, values), Argument.DESTINATION, result));
    double[] expected = softmax(layout, values);
    TensorValues.assertClose(result, 1e-6, i -> expected[i]);
  }

  /** {@code y * (dy - sum(y * dy))}, in the place of the gradient that it gets. */
  @ParameterizedTest
  @MethodSource("softmaxes")
  void theGradientOfSoftmaxIsThatOfAllItsResults(Layout layout) {
    float[] values = large(layout);
    double[] shares = softmax(layout, values);
    float[] floats = new float[shares.length];
    float[] gradient = TensorValues.random(2, layout);
    double[] products = new double[shares.length];
    for (int i = 0; i < shares.length; i++) {
      floats[i] = (float) shares[i];
      products[i] = shares[i] * gradient[i];
    }
    Tensor result = tensor(layout, gradient);
    Primitive forward = pool.own(ImagePrimitives.softmax(Mode.TRAINING, layout));
    run(
        pool.own(ImagePrimitives.softmaxGradient(layout, forward)),
        Map.of(
            Argument.DESTINATION,
            tensor(layout, floats),
            Argument.DESTINATION_GRADIENT,
            result,
            Argument.SOURCE_GRADIENT,
            result));
    double[] sums = sums(layout, products);
    TensorValues.assertClose(result, 1e-6, i -> shares[i] * (gradient[i] - sums[i]));
  }
}
