package io.bnzoo.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.onednn.ConvolutionWindow.PerAxis;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolutions with groups and dilation, compared with the sums of all their products. */
class ConvolutionTest {
  private final TensorPool pool = new TensorPool();

  @AfterEach
  void close() {
    pool.close();
  }

  /** A product of a source's value and a weight that is a part of a value of the result. */
  private interface Product {
    void of(int result, int source, int weight);
  }

  /**
   * Kernels of as many rows as columns, as many zeros on each side as keep the size where the
   * stride is 1.
   */
  private record Case(
      int images,
      int groups,
      int in,
      int out,
      int height,
      int width,
      int kernel,
      int stride,
      int dilation) {

    private int padding() {
      return (kernel - 1) * dilation / 2;
    }

    private int places(int length) {
      return (length + 2 * padding() - (kernel - 1) * dilation - 1) / stride + 1;
    }

    private int after(int length) {
      return (places(length) - 1) * stride + (kernel - 1) * dilation + 1 - length - padding();
    }

    private ConvolutionWindow window() {
      return new ConvolutionWindow(
          new PerAxis(stride, stride),
          new PerAxis(padding(), padding()),
          new PerAxis(after(height), after(width)),
          new PerAxis(dilation, dilation));
    }

    private Layout source() {
      return Layout.channelsLast(images, in, height, width);
    }

    private Layout weights() {
      return groups == 1
          ? Layout.any(out, in, kernel, kernel)
          : Layout.any(groups, out / groups, in / groups, kernel, kernel);
    }

    private Layout result() {
      return Layout.channelsLast(images, out, places(height), places(width));
    }

    private Layout bias() {
      return Layout.rowByRow(out);
    }

    private int feature(int result) {
      return result / (places(height) * places(width)) % out;
    }

    private void forEach(Product product) {
      int inOfGroup = in / groups;
      int results = images * out * places(height) * places(width);
      for (int r = 0; r < results; r++) {
        int column = r % places(width) * stride - padding();
        int row = r / places(width) % places(height) * stride - padding();
        int image = r / (results / images);
        int first = feature(r) / (out / groups) * inOfGroup;
        for (int w = 0; w < inOfGroup * kernel * kernel; w++) {
          int i = row + w / kernel % kernel * dilation;
          int j = column + w % kernel * dilation;
          if (i >= 0 && i < height && j >= 0 && j < width) {
            int channel = first + w / (kernel * kernel);
            product.of(
                r,
                ((image * in + channel) * height + i) * width + j,
                feature(r) * inOfGroup * kernel * kernel + w);
          }
        }
      }
    }

    private Primitive forward(Mode mode, Optional<ActivationFunction> then) {
      return Primitives.convolution(
          mode, source(), weights(), Optional.of(bias()), result(), window(), then);
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        // Dilated.
        new Case(2, 1, 3, 5, 7, 9, 3, 1, 2),
        new Case(1, 1, 1, 1, 5, 5, 3, 1, 2),
        new Case(2, 1, 16, 17, 11, 8, 3, 2, 3),
        new Case(1, 1, 17, 16, 6, 6, 2, 1, 4),
        // Each channel by itself.
        new Case(2, 3, 3, 3, 7, 5, 3, 1, 1),
        new Case(1, 5, 5, 5, 9, 9, 5, 2, 1),
        new Case(3, 16, 16, 16, 4, 4, 3, 1, 1),
        new Case(2, 17, 17, 17, 6, 7, 3, 2, 1),
        new Case(2, 32, 32, 32, 8, 8, 3, 1, 2),
        new Case(1, 17, 17, 17, 8, 8, 3, 1, 2),
        // Each to several.
        new Case(2, 3, 3, 6, 5, 5, 3, 1, 1),
        new Case(1, 5, 5, 15, 4, 6, 2, 1, 1),
        new Case(2, 16, 16, 32, 5, 5, 3, 2, 1),
        // Groups of several.
        new Case(2, 2, 10, 6, 5, 5, 3, 1, 1),
        new Case(1, 4, 64, 64, 6, 6, 3, 1, 2),
        new Case(2, 2, 34, 6, 5, 7, 3, 2, 1));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aResultIsAFunctionOfTheSumOfItsProductsAndABias(Case given) {
    Primitive primitive =
        pool.own(given.forward(Mode.INFERENCE, Optional.of(ActivationFunction.RELU)));
    float[] source = TensorValues.random(1, given.source());
    float[] weights = TensorValues.random(2, given.weights());
    float[] bias = TensorValues.random(3, given.bias());
    Tensor result = pool.tensor(given.result());
    run(
        primitive,
        Map.of(
            Argument.SOURCE, tensor(given.source(), source),
            Argument.WEIGHTS, tensor(primitive.weights(), weights),
            Argument.BIAS, tensor(given.bias(), bias),
            Argument.DESTINATION, result));
    double[] sums = new double[TensorValues.read(result).length];
    given.forEach((r, s, w) -> sums[r] += (double) source[s] * weights[w]);
    assertClose(result, i -> Math.max(0, sums[i] + bias[given.feature(i)]));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theGradientOfAValueIsTheSumOverTheResultsThatItIsAPartOf(Case given) {
    Primitive forward = pool.own(given.forward(Mode.TRAINING, Optional.empty()));
    Primitive primitive =
        pool.own(
            Primitives.convolutionSourceGradient(
                given.source(), given.weights(), given.result(), given.window(), forward));
    float[] weights = TensorValues.random(2, given.weights());
    float[] gradient = TensorValues.random(3, given.result());
    Tensor result = pool.tensor(given.source());
    run(
        primitive,
        Map.of(
            Argument.WEIGHTS, tensor(primitive.weights(), weights),
            Argument.DESTINATION_GRADIENT, tensor(given.result(), gradient),
            Argument.SOURCE_GRADIENT, result));
    double[] sums = new double[TensorValues.read(result).length];
    given.forEach((r, s, w) -> sums[s] += (double) gradient[r] * weights[w]);
    assertClose(result, s -> sums[s]);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theGradientOfAWeightIsTheSumOverTheResultsThatItIsAPartOf(Case given) {
    Primitive forward = pool.own(given.forward(Mode.TRAINING, Optional.empty()));
    Primitive primitive =
        pool.own(
            Primitives.convolutionWeightGradient(
                given.source(),
                given.weights(),
                Optional.of(given.bias()),
                given.result(),
                given.window(),
                forward));
    float[] source = TensorValues.random(1, given.source());
    float[] gradient = TensorValues.random(3, given.result());
    Tensor weights = pool.tensor(primitive.weightGradient());
    Tensor bias = pool.tensor(given.bias());
    run(
        primitive,
        Map.of(
            Argument.SOURCE,
            tensor(given.source(), source),
            Argument.DESTINATION_GRADIENT,
            tensor(given.result(), gradient),
            Argument.WEIGHT_GRADIENT,
            weights,
            Argument.BIAS_GRADIENT,
            bias));
    double[] sums = new double[TensorValues.read(weights).length];
    given.forEach((r, s, w) -> sums[w] += (double) gradient[r] * source[s]);
    assertClose(weights, w -> sums[w]);
    double[] ofBias = new double[given.out()];
    for (int r = 0; r < gradient.length; r++) {
      ofBias[given.feature(r)] += gradient[r];
    }
    assertClose(bias, feature -> ofBias[feature]);
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

  private static void assertClose(Tensor tensor, IntToDoubleFunction expected) {
    TensorValues.assertClose(tensor, 1e-4, expected);
  }
}
