package io.bnzoo.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Upsampling, of fast code, compared with its definition. */
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
    assertThat(primitive.isGeneric()).isFalse();
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
}
