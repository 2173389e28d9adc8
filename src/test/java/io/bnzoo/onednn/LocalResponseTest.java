package io.bnzoo.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.bnzoo.onednn.ImagePrimitives.LocalResponse;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Local response normalization, compared with its formula in double precision and its gradient with
 * central differences of that.
 */
class LocalResponseTest {
  private final TensorPool pool = new TensorPool();

  @AfterEach
  void close() {
    pool.close();
  }

  /** The paper's, one value by itself, more neighbours than channels, and other powers. */
  static Stream<Arguments> cases() {
    return Stream.of(
            Layout.channelsLast(1, 1, 2, 3),
            Layout.channelsLast(2, 3, 4, 4),
            Layout.channelsLast(3, 5, 1, 3),
            Layout.channelsLast(1, 16, 3, 2),
            Layout.channelsLast(2, 17, 2, 2),
            Layout.channelsLast(1, 32, 2, 1),
            Layout.channelsLast(1, 40, 1, 2))
        .flatMap(
            layout ->
                Stream.of(
                        new LocalResponse(2, 2, 1e-4, 0.75),
                        new LocalResponse(0, 1, 0.5, 0.75),
                        new LocalResponse(1, 2, 0.5, 0.75),
                        new LocalResponse(2, 2, 0.5, 0.75),
                        new LocalResponse(3, 2, 0.5, 0.75),
                        new LocalResponse(6, 1, 0.1, 0.75),
                        new LocalResponse(2, 1, 0.5, 0.5),
                        new LocalResponse(2, 1, 0.5, 1))
                    .map(response -> Arguments.of(layout, response)));
  }

  private static double[] normalized(Layout layout, LocalResponse response, double[] values) {
    int channels = (int) layout.size(1);
    int pixels = (int) (layout.size(2) * layout.size(3));
    return IntStream.range(0, values.length)
        .mapToDouble(
            i -> {
              int own = i / pixels % channels;
              double squares =
                  IntStream.range(0, channels)
                      .filter(c -> Math.abs(c - own) <= response.reach())
                      .mapToDouble(c -> values[i + (c - own) * pixels])
                      .map(x -> x * x)
                      .sum();
              double scale = response.k() + response.alpha() * squares;
              return values[i] / Math.pow(scale, response.beta());
            })
        .toArray();
  }

  private static double[] doubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aValueIsDividedByAPowerOfTheSquaresAroundIt(Layout layout, LocalResponse response) {
    float[] values = TensorValues.random(1, layout);
    Tensor result = pool.tensor(layout);
    Primitive primitive =
        pool.own(ImagePrimitives.localResponseNormalization(Mode.INFERENCE, layout, response));
    Kernel kernel =
        pool.kernel(
            primitive,
            Map.of(
                Argument.SOURCE,
                TensorValues.tensor(pool, layout, values),
                Argument.DESTINATION,
                result));
    pool.seal();
    kernel.run();
    double[] expected = normalized(layout, response, doubles(values));
    TensorValues.assertClose(result, 1e-5, i -> expected[i]);
  }

  /** Of the sum of all results, each times a number of its own; by the workspace of training. */
  @ParameterizedTest
  @MethodSource("cases")
  void theGradientIsThatOfTheWholeFormula(Layout layout, LocalResponse response) {
    float[] values = TensorValues.random(1, layout);
    double[] factors = doubles(TensorValues.random(2, layout));
    Primitive forward =
        pool.own(ImagePrimitives.localResponseNormalization(Mode.TRAINING, layout, response));
    Primitive backward =
        pool.own(ImagePrimitives.localResponseNormalizationGradient(layout, response, forward));
    Tensor source = TensorValues.tensor(pool, layout, values);
    Tensor workspace = pool.tensor(forward.workspace());
    Tensor result = pool.tensor(layout);
    Tensor gradient = pool.tensor(layout);
    Kernel there =
        pool.kernel(
            forward,
            Map.of(
                Argument.SOURCE, source,
                Argument.DESTINATION, result,
                Argument.WORKSPACE, workspace));
    Kernel back =
        pool.kernel(
            backward,
            Map.of(
                Argument.SOURCE,
                source,
                Argument.WORKSPACE,
                workspace,
                Argument.DESTINATION_GRADIENT,
                TensorValues.tensor(pool, layout, TensorValues.random(2, layout)),
                Argument.SOURCE_GRADIENT,
                gradient));
    pool.seal();
    there.run();
    back.run();
    double[] expected = normalized(layout, response, doubles(values));
    TensorValues.assertClose(result, 1e-5, i -> expected[i]);
    TensorValues.assertClose(
        gradient,
        1e-4,
        i -> {
          double step = 1e-5;
          return (weighted(layout, response, values, i, step, factors)
                  - weighted(layout, response, values, i, -step, factors))
              / (2 * step);
        });
  }

  private static double weighted(
      Layout layout,
      LocalResponse response,
      float[] values,
      int moved,
      double step,
      double[] factors) {
    double[] at = doubles(values);
    at[moved] += step;
    double[] results = normalized(layout, response, at);
    return IntStream.range(0, results.length).mapToDouble(i -> factors[i] * results[i]).sum();
  }

  /** Every network that has it takes three quarters. */
  @Test
  void ofThePaperOneDnnHasFastCode() {
    assumeThat(OneDnn.block()).as("floats in a register").isEqualTo(16);
    Layout layout = Layout.channelsLast(2, 96, 13, 13);
    LocalResponse response = new LocalResponse(2, 2, 1e-4, 0.75);
    Primitive forward =
        pool.own(ImagePrimitives.localResponseNormalization(Mode.TRAINING, layout, response));
    Primitive backward =
        pool.own(ImagePrimitives.localResponseNormalizationGradient(layout, response, forward));
    assertThat(forward.isGeneric()).isFalse();
    assertThat(backward.isGeneric()).isFalse();
  }
}
