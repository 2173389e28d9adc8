package io.bnzoo.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is done to each value by itself, and means over pixels. */
class PrimitivesTest {
  private static final Layout ROWS = Layout.rowByRow(3, 4);
  private static final Layout ONE = Layout.number(2);
  private static final float[] FIRST = TensorValues.random(1, ROWS);
  private static final float[] SECOND = TensorValues.random(2, ROWS);

  private final TensorPool pool = new TensorPool();

  @AfterEach
  void close() {
    pool.close();
  }

  private Tensor tensor(Layout layout, float... values) {
    return TensorValues.tensor(pool, layout, values);
  }

  private void run(Primitive primitive, Map<Argument, Tensor> arguments) {
    Kernel kernel = pool.kernel(pool.own(primitive), arguments);
    pool.seal();
    kernel.run();
  }

  private static void assertEach(Tensor tensor, IntToDoubleFunction expected) {
    TensorValues.assertClose(tensor, 1e-5, expected);
  }

  private static double value(ActivationFunction function, double x) {
    return switch (function.kind()) {
      case RELU -> x > 0 ? x : function.slope() * x;
      case SIGMOID -> 1 / (1 + Math.exp(-x));
      case TANH -> Math.tanh(x);
      case ELU -> x > 0 ? x : Math.exp(x) - 1;
      case RELU6 -> Math.min(Math.max(x, 0), 6);
      case SOFTPLUS -> Math.log1p(Math.exp(x));
      case SWISH -> x / (1 + Math.exp(-x));
    };
  }

  static Stream<ActivationFunction> functions() {
    return Stream.of(
        ActivationFunction.RELU,
        ActivationFunction.leakyRelu(0.1),
        ActivationFunction.SIGMOID,
        ActivationFunction.TANH,
        ActivationFunction.ELU,
        ActivationFunction.RELU6,
        ActivationFunction.SOFTPLUS,
        ActivationFunction.SWISH);
  }

  @ParameterizedTest
  @MethodSource("functions")
  void aFunctionIsAppliedToEachValue(ActivationFunction function) {
    Tensor result = pool.tensor(ROWS);
    run(
        Primitives.activation(Mode.INFERENCE, function, ROWS),
        Map.of(Argument.SOURCE, tensor(ROWS, FIRST), Argument.DESTINATION, result));
    assertEach(result, i -> value(function, FIRST[i]));
  }

  /** In the place of its gradient, as a backward pass does. */
  @ParameterizedTest
  @MethodSource("functions")
  void theGradientOfAFunctionIsItsSlopeTimesThatOfItsValue(ActivationFunction function) {
    float[] values = new float[FIRST.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = function.isDerivedFromResult() ? (float) value(function, FIRST[i]) : FIRST[i];
    }
    Tensor gradient = tensor(ROWS, SECOND);
    Primitive forward = pool.own(Primitives.activation(Mode.TRAINING, function, ROWS));
    run(
        Primitives.activationGradient(function, ROWS, forward),
        Map.of(
            function.isDerivedFromResult() ? Argument.DESTINATION : Argument.SOURCE,
            tensor(ROWS, values),
            Argument.DESTINATION_GRADIENT,
            gradient,
            Argument.SOURCE_GRADIENT,
            gradient));
    double step = 1e-6;
    assertEach(
        gradient,
        i ->
            SECOND[i]
                * (value(function, FIRST[i] + step) - value(function, FIRST[i] - step))
                / (2 * step));
  }

  @Test
  void theMeanOverPixelsIsOneForEachChannelOfEachImage() {
    Layout images = Layout.channelsLast(2, 3, 4, 5);
    float[] values = TensorValues.random(6, images);
    Tensor result = pool.tensor(Layout.channelsLast(2, 3, 1, 1));
    run(
        Primitives.meanOverPixels(images),
        Map.of(Argument.SOURCE, tensor(images, values), Argument.DESTINATION, result));
    assertEach(
        result,
        i ->
            IntStream.range(20 * i, 20 * (i + 1))
                .mapToDouble(p -> values[p])
                .average()
                .orElseThrow());
  }

  @Test
  void deviationsAreThoseOfEachRowFromOne() {
    float[] row = {1, -2, 0.5f, 0};
    Tensor result = pool.tensor(ROWS);
    run(
        Primitives.squaredDeviations(ROWS),
        Map.of(
            Argument.SOURCE, tensor(ROWS, FIRST),
            Argument.SECOND_SOURCE, tensor(Layout.rowByRow(1, 4), row),
            Argument.DESTINATION, result));
    assertEach(result, i -> Math.pow(FIRST[i] - row[i % 4], 2));
  }

  @Test
  void aQuotientIsByOneNumber() {
    Tensor result = tensor(ROWS, FIRST);
    run(
        Primitives.quotient(ROWS),
        Map.of(
            Argument.SOURCE, result,
            Argument.SECOND_SOURCE, tensor(ONE, 255),
            Argument.DESTINATION, result));
    assertEach(result, i -> FIRST[i] / 255.0);
  }

  @Test
  void bytesBecomeFloatsFrom0To255() {
    Layout bytes = Layout.bytes(1, 4);
    Tensor from = pool.tensor(bytes);
    from.floats().write(ByteBuffer.wrap(new byte[] {0, 1, 127, -1}));
    Tensor to = pool.tensor(Layout.rowByRow(1, 4));
    run(
        Primitives.reorder(bytes, to.layout()),
        Map.of(Argument.SOURCE, from, Argument.DESTINATION, to));
    assertThat(TensorValues.read(to)).containsExactly(0, 1, 127, 255);
  }

  @Test
  void whatOneDnnHasNoPrimitiveForIsAnError() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Primitives.reorder(Layout.rowByRow(2, 3), Layout.rowByRow(3, 2)))
        .withMessageStartingWith("oneDNN cannot reorder [2, 3]: ");
  }
}
