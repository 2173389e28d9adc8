package io.bnzoo.onednn;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Batch normalization, compared with two passes in double precision, and its gradients with central
 * differences of those.
 */
class NormalizationPrimitivesTest {
  private static final double EPSILON = 0.01;
  private static final int IMAGES = 3;
  private static final int CHANNELS = 2;
  private static final int PIXELS = 6;
  private static final long[] SIZE = {IMAGES, CHANNELS, 2, 3};
  private static final double[] SOURCE = doubles(TensorValues.random(4, Layout.rowByRow(SIZE)));

  /** Gamma, then beta. */
  private static final double[] SCALE_AND_SHIFT = {2, -0.5, 0.25, 1};

  private final TensorPool pool = new TensorPool();

  @AfterEach
  void close() {
    pool.close();
  }

  static Stream<Arguments> layouts() {
    return Stream.of(Layout.channelsLast(SIZE), Layout.blocked(SIZE))
        .flatMap(
            layout -> Stream.of(true, false).map(rectified -> Arguments.of(layout, rectified)));
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void aBatchIsNormalizedByItsOwnStatistics(Layout layout, boolean rectified) {
    Primitive primitive = forward(Mode.TRAINING, layout, rectified);
    Tensor mean = pool.tensor(Layout.rowByRow(CHANNELS));
    Tensor variance = pool.tensor(Layout.rowByRow(CHANNELS));
    Map<Argument, Tensor> arguments = arguments(layout, mean, variance);
    if (rectified) {
      arguments.put(Argument.WORKSPACE, pool.tensor(primitive.workspace()));
    }
    run(pool.kernel(primitive, arguments));
    assertClose(mean, means(SOURCE));
    assertClose(variance, variances(SOURCE));
    assertClose(
        arguments.get(Argument.DESTINATION),
        normalized(SOURCE, SCALE_AND_SHIFT, means(SOURCE), variances(SOURCE), rectified));
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void inferenceUsesTheStatisticsThatAreGiven(Layout layout, boolean rectified) {
    assertNormalizesByGiven(layout, rectified, forward(Mode.INFERENCE, layout, rectified), false);
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void trainingCanUseMomentsThatAreGiven(Layout layout, boolean rectified) {
    Primitive primitive =
        pool.own(Primitives.batchNormalizationByMoments(layout, EPSILON, rectified));
    assertNormalizesByGiven(layout, rectified, primitive, rectified);
  }

  private void assertNormalizesByGiven(
      Layout layout, boolean rectified, Primitive primitive, boolean workspace) {
    double[] means = {0.5, -1};
    double[] variances = {4, 0.25};
    Tensor mean = tensor(Layout.rowByRow(CHANNELS), means);
    Tensor variance = tensor(Layout.rowByRow(CHANNELS), variances);
    Map<Argument, Tensor> arguments = arguments(layout, mean, variance);
    if (workspace) {
      arguments.put(Argument.WORKSPACE, pool.tensor(primitive.workspace()));
    }
    run(pool.kernel(primitive, arguments));
    assertClose(
        arguments.get(Argument.DESTINATION),
        normalized(SOURCE, SCALE_AND_SHIFT, means, variances, rectified));
    assertClose(mean, means);
    assertClose(variance, variances);
  }

  /** Of the sum of all results, each times a number of its own. */
  @ParameterizedTest
  @MethodSource("layouts")
  void theGradientsAreThoseOfTheWholeFormula(Layout layout, boolean rectified) {
    double[] factors = doubles(TensorValues.random(5, layout));
    Primitive forward = forward(Mode.TRAINING, layout, rectified);
    Tensor mean = pool.tensor(Layout.rowByRow(CHANNELS));
    Tensor variance = pool.tensor(Layout.rowByRow(CHANNELS));
    Tensor sourceGradient = pool.tensor(layout);
    Tensor parameterGradient = pool.tensor(Layout.rowByRow(2, CHANNELS));
    Map<Argument, Tensor> forwards = arguments(layout, mean, variance);
    Map<Argument, Tensor> backwards = arguments(layout, mean, variance);
    backwards.remove(Argument.DESTINATION);
    backwards.put(Argument.DESTINATION_GRADIENT, tensor(layout, factors));
    backwards.put(Argument.SOURCE_GRADIENT, sourceGradient);
    backwards.put(Argument.SCALE_AND_SHIFT_GRADIENT, parameterGradient);
    if (rectified) {
      Tensor workspace = pool.tensor(forward.workspace());
      forwards.put(Argument.WORKSPACE, workspace);
      backwards.put(Argument.WORKSPACE, workspace);
    }
    run(
        pool.kernel(forward, forwards),
        pool.kernel(
            pool.own(Primitives.batchNormalizationGradient(layout, EPSILON, rectified, forward)),
            backwards));
    assertClose(
        sourceGradient,
        differences(
            SOURCE,
            source ->
                sum(
                    factors,
                    normalized(
                        source, SCALE_AND_SHIFT, means(source), variances(source), rectified))));
    assertClose(
        parameterGradient,
        differences(
            SCALE_AND_SHIFT,
            both ->
                sum(
                    factors,
                    normalized(SOURCE, both, means(SOURCE), variances(SOURCE), rectified))));
  }

  private Primitive forward(Mode mode, Layout layout, boolean rectified) {
    return pool.own(Primitives.batchNormalization(mode, layout, EPSILON, rectified));
  }

  private Map<Argument, Tensor> arguments(Layout layout, Tensor mean, Tensor variance) {
    Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);
    arguments.put(Argument.SOURCE, tensor(layout, SOURCE));
    arguments.put(Argument.SCALE_AND_SHIFT, tensor(Layout.rowByRow(2, CHANNELS), SCALE_AND_SHIFT));
    arguments.put(Argument.MEAN, mean);
    arguments.put(Argument.VARIANCE, variance);
    arguments.put(Argument.DESTINATION, pool.tensor(layout));
    return arguments;
  }

  private Tensor tensor(Layout layout, double... values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return TensorValues.tensor(pool, layout, floats);
  }

  private void run(Kernel... kernels) {
    pool.seal();
    for (Kernel kernel : kernels) {
      kernel.run();
    }
  }

  private static double[] doubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  private static void assertClose(Tensor found, double[] expected) {
    TensorValues.assertClose(found, 1e-4, i -> expected[i]);
  }

  private static int channel(int value) {
    return value / PIXELS % CHANNELS;
  }

  private static double[] means(double[] values) {
    double[] means = new double[CHANNELS];
    for (int i = 0; i < values.length; i++) {
      means[channel(i)] += values[i] / (IMAGES * PIXELS);
    }
    return means;
  }

  private static double[] variances(double[] values) {
    double[] means = means(values);
    return means(
        IntStream.range(0, values.length)
            .mapToDouble(i -> Math.pow(values[i] - means[channel(i)], 2))
            .toArray());
  }

  private static double[] normalized(
      double[] values,
      double[] scaleAndShift,
      double[] means,
      double[] variances,
      boolean rectified) {
    return IntStream.range(0, values.length)
        .mapToDouble(
            i -> {
              int c = channel(i);
              double unit = (values[i] - means[c]) / Math.sqrt(variances[c] + EPSILON);
              return scaleAndShift[c] * unit + scaleAndShift[CHANNELS + c];
            })
        .map(result -> rectified ? Math.max(result, 0) : result)
        .toArray();
  }

  private static double sum(double[] factors, double[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> factors[i] * values[i]).sum();
  }

  private static double[] differences(double[] at, ToDoubleFunction<double[]> function) {
    double step = 1e-5;
    return IntStream.range(0, at.length)
        .mapToDouble(
            i -> {
              double[] above = at.clone();
              double[] below = at.clone();
              above[i] += step;
              below[i] -= step;
              return (function.applyAsDouble(above) - function.applyAsDouble(below)) / (2 * step);
            })
        .toArray();
  }
}
