package io.bnzoo.onednn;

import java.util.Map;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolutions and matrix products, compared with the sums of all their products. */
class LinearPrimitivesTest {
  private static final float[] BIAS = {1, -1, 0.5f, 2};
  private static final Layout FOUR = Layout.rowByRow(4);

  private final TensorPool pool = new TensorPool();

  @AfterEach
  void close() {
    pool.close();
  }

  /** A product of a source's value and a weight that is a part of a value of the result. */
  private interface Product {
    void of(int result, int source, int weight);
  }

  /** What gives four values for each place of each image. */
  private interface LinearCase {
    Layout source();

    Layout weights();

    Layout result();

    void forEach(Product product);

    Primitive forward(Mode mode, Optional<ActivationFunction> then);

    Primitive sourceGradient(Primitive forward);

    Primitive weightGradient(Primitive forward);

    default int feature(int result) {
      long[] size = result().size();
      return result / (size.length == 2 ? 1 : (int) (size[2] * size[3])) % 4;
    }
  }

  /** 2 images of 3 x 5 x 4 to 4 x 3 x 4, by kernels of 3 x 2, two rows and one column at a time. */
  private static final class ConvolutionCase implements LinearCase {
    static final ConvolutionWindow WINDOW =
        new ConvolutionWindow(
            new ConvolutionWindow.PerAxis(2, 1),
            new ConvolutionWindow.PerAxis(1, 0),
            new ConvolutionWindow.PerAxis(1, 1));

    @Override
    public Layout source() {
      return Layout.channelsLast(2, 3, 5, 4);
    }

    @Override
    public Layout weights() {
      return Layout.any(4, 3, 3, 2);
    }

    @Override
    public Layout result() {
      return Layout.channelsLast(2, 4, 3, 4);
    }

    @Override
    public void forEach(Product product) {
      for (int r = 0; r < 2 * 4 * 3 * 4; r++) {
        int column = r % 4;
        int row = r / 4 % 3;
        int image = r / 48;
        for (int w = 0; w < 18; w++) {
          int i = 2 * row - 1 + w / 2 % 3;
          int j = column + w % 2;
          if (i >= 0 && i < 5 && j < 4) {
            product.of(r, ((image * 3 + w / 6) * 5 + i) * 4 + j, feature(r) * 18 + w);
          }
        }
      }
    }

    @Override
    public Primitive forward(Mode mode, Optional<ActivationFunction> then) {
      return Primitives.convolution(
          mode, source(), weights(), Optional.of(FOUR), result(), WINDOW, then);
    }

    @Override
    public Primitive sourceGradient(Primitive forward) {
      return Primitives.convolutionSourceGradient(source(), weights(), result(), WINDOW, forward);
    }

    @Override
    public Primitive weightGradient(Primitive forward) {
      return Primitives.convolutionWeightGradient(
          source(), weights(), Optional.of(FOUR), result(), WINDOW, forward);
    }

    @Override
    public String toString() {
      return "convolution";
    }
  }

  /** 3 vectors of 5 values. */
  private static final class DenseCase implements LinearCase {
    @Override
    public Layout source() {
      return Layout.rowByRow(3, 5);
    }

    @Override
    public Layout weights() {
      return Layout.any(4, 5);
    }

    @Override
    public Layout result() {
      return Layout.rowByRow(3, 4);
    }

    @Override
    public void forEach(Product product) {
      for (int r = 0; r < 12; r++) {
        for (int i = 0; i < 5; i++) {
          product.of(r, r / 4 * 5 + i, feature(r) * 5 + i);
        }
      }
    }

    @Override
    public Primitive forward(Mode mode, Optional<ActivationFunction> then) {
      return Primitives.dense(mode, source(), weights(), Optional.of(FOUR), result(), then);
    }

    @Override
    public Primitive sourceGradient(Primitive forward) {
      return Primitives.denseSourceGradient(source(), weights(), result(), forward);
    }

    @Override
    public Primitive weightGradient(Primitive forward) {
      return Primitives.denseWeightGradient(
          source(), weights(), Optional.of(FOUR), result(), forward);
    }

    @Override
    public String toString() {
      return "dense";
    }
  }

  static Stream<LinearCase> linear() {
    return Stream.of(new ConvolutionCase(), new DenseCase());
  }

  static Stream<Arguments> forwards() {
    return linear()
        .flatMap(
            linear ->
                Stream.of(Mode.values())
                    .flatMap(
                        mode ->
                            Stream.of(
                                Arguments.of(linear, mode, Optional.empty()),
                                Arguments.of(linear, mode, Optional.of(ActivationFunction.RELU)),
                                Arguments.of(
                                    linear, mode, Optional.of(ActivationFunction.SIGMOID)))));
  }

  private static double value(Optional<ActivationFunction> function, double x) {
    if (function.isEmpty()) {
      return x;
    }
    return function.get().equals(ActivationFunction.RELU) ? Math.max(x, 0) : 1 / (1 + Math.exp(-x));
  }

  @ParameterizedTest
  @MethodSource("forwards")
  void aResultIsAFunctionOfTheSumOfItsProductsAndABias(
      LinearCase linear, Mode mode, Optional<ActivationFunction> then) {
    Primitive primitive = pool.own(linear.forward(mode, then));
    float[] source = TensorValues.random(1, linear.source());
    float[] weights = TensorValues.random(2, linear.weights());
    Tensor result = pool.tensor(primitive.destination());
    run(
        primitive,
        Map.of(
            Argument.SOURCE, tensor(primitive.source(), source),
            Argument.WEIGHTS, tensor(primitive.weights(), weights),
            Argument.BIAS, tensor(FOUR, BIAS),
            Argument.DESTINATION, result));
    double[] sums = new double[TensorValues.read(result).length];
    linear.forEach((r, s, w) -> sums[r] += (double) source[s] * weights[w]);
    assertClose(result, r -> value(then, sums[r] + BIAS[linear.feature(r)]));
  }

  @ParameterizedTest
  @MethodSource("linear")
  void theGradientOfAValueIsTheSumOverTheResultsThatItIsAPartOf(LinearCase linear) {
    Primitive forward = pool.own(linear.forward(Mode.TRAINING, Optional.empty()));
    Primitive primitive = pool.own(linear.sourceGradient(forward));
    float[] weights = TensorValues.random(2, linear.weights());
    float[] gradient = TensorValues.random(3, linear.result());
    Tensor result = pool.tensor(primitive.sourceGradient());
    run(
        primitive,
        Map.of(
            Argument.WEIGHTS, tensor(primitive.weights(), weights),
            Argument.DESTINATION_GRADIENT, tensor(forward.destination(), gradient),
            Argument.SOURCE_GRADIENT, result));
    double[] sums = new double[TensorValues.read(result).length];
    linear.forEach((r, s, w) -> sums[s] += (double) gradient[r] * weights[w]);
    assertClose(result, s -> sums[s]);
  }

  @ParameterizedTest
  @MethodSource("linear")
  void theGradientOfAWeightIsTheSumOverTheResultsThatItIsAPartOf(LinearCase linear) {
    Primitive forward = pool.own(linear.forward(Mode.TRAINING, Optional.empty()));
    Primitive primitive = pool.own(linear.weightGradient(forward));
    float[] source = TensorValues.random(1, linear.source());
    float[] gradient = TensorValues.random(3, linear.result());
    Tensor weights = pool.tensor(primitive.weightGradient());
    Tensor bias = pool.tensor(FOUR);
    run(
        primitive,
        Map.of(
            Argument.SOURCE,
            tensor(forward.source(), source),
            Argument.DESTINATION_GRADIENT,
            tensor(forward.destination(), gradient),
            Argument.WEIGHT_GRADIENT,
            weights,
            Argument.BIAS_GRADIENT,
            bias));
    double[] sums = new double[TensorValues.read(weights).length];
    linear.forEach((r, s, w) -> sums[w] += (double) gradient[r] * source[s]);
    assertClose(weights, w -> sums[w]);
    double[] ofBias = new double[4];
    IntStream.range(0, gradient.length).forEach(r -> ofBias[linear.feature(r)] += gradient[r]);
    assertClose(bias, feature -> ofBias[feature]);
  }

  private Tensor tensor(Layout layout, float... values) {
    return TensorValues.tensor(pool, layout, values);
  }

  private void run(Primitive primitive, Map<Argument, Tensor> arguments) {
    Kernel kernel = pool.kernel(primitive, arguments);
    pool.seal();
    kernel.run();
  }

  private static void assertClose(Tensor tensor, IntToDoubleFunction expected) {
    TensorValues.assertClose(tensor, 2e-5, expected);
  }
}
