package io.bnzoo.onednn;

import io.bnzoo.onednn.ConvolutionWindow.PerAxis;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Poolings with and without dilation, compared with a walk over each window. */
class PoolingPrimitivesTest {
  private static final int IMAGES = 2;
  private static final int HEIGHT = 9;
  private static final int WIDTH = 7;
  private static final int ROWS = 3;
  private static final int COLUMNS = 2;

  private final TensorPool pool = new TensorPool();

  @AfterEach
  void close() {
    pool.close();
  }

  static Stream<Arguments> cases() {
    return Stream.of(Pooling.values())
        .flatMap(
            kind ->
                Stream.of(1, 3, 5, 16, 17)
                    .flatMap(
                        channels -> Stream.of(1, 2).map(gap -> Arguments.of(kind, channels, gap))));
  }

  /** Three rows by two columns, each second row, one zero above and to the left. */
  private static ConvolutionWindow window(int dilation) {
    return new ConvolutionWindow(
        new PerAxis(2, 1),
        new PerAxis(1, 1),
        new PerAxis(
            2 * (height(dilation) - 1) + 2 * dilation + 1 - HEIGHT - 1,
            width(dilation) - 1 + dilation + 1 - WIDTH - 1),
        new PerAxis(dilation, dilation));
  }

  private static int height(int dilation) {
    return (HEIGHT + 1 - 2 * dilation - 1) / 2 + 1;
  }

  private static int width(int dilation) {
    return WIDTH + 1 - dilation;
  }

  /** By which factor each value counts for a value of the result. */
  private static Map<Integer, Double> shares(
      Pooling kind, int dilation, float[] values, int result) {
    int column = result % width(dilation) - 1;
    int row = result / width(dilation) % height(dilation) * 2 - 1;
    int map = result / width(dilation) / height(dilation) * HEIGHT * WIDTH;
    List<Integer> places = new ArrayList<>();
    for (int y = row; y < row + ROWS * dilation; y += dilation) {
      for (int x = column; x < column + COLUMNS * dilation; x += dilation) {
        if (y >= 0 && y < HEIGHT && x >= 0 && x < WIDTH) {
          places.add(map + y * WIDTH + x);
        }
      }
    }
    if (kind == Pooling.MAXIMUM) {
      return Map.of(places.stream().max(Comparator.comparing(i -> values[i])).orElseThrow(), 1.0);
    }
    double share = 1.0 / (kind == Pooling.MEAN ? places.size() : ROWS * COLUMNS);
    return places.stream().collect(Collectors.toMap(place -> place, place -> share));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aPoolingAndItsGradientAreOfTheValuesInTheWindow(Pooling kind, int channels, int dilation) {
    Layout source = Layout.channelsLast(IMAGES, channels, HEIGHT, WIDTH);
    Layout destination = Layout.channelsLast(IMAGES, channels, height(dilation), width(dilation));
    float[] values = TensorValues.random(1, source);
    float[] gradient = TensorValues.random(2, destination);
    PerAxis kernel = new PerAxis(ROWS, COLUMNS);
    Primitive forward =
        pool.own(
            Primitives.pooling(Mode.TRAINING, kind, source, destination, kernel, window(dilation)));
    Primitive backward =
        pool.own(
            Primitives.poolingGradient(
                kind, source, destination, kernel, window(dilation), forward));
    Tensor result = pool.tensor(destination);
    Tensor sourceGradient = pool.tensor(source);
    Map<Argument, Tensor> there = new EnumMap<>(Argument.class);
    there.put(Argument.SOURCE, TensorValues.tensor(pool, source, values));
    there.put(Argument.DESTINATION, result);
    Map<Argument, Tensor> back = new EnumMap<>(Argument.class);
    back.put(Argument.DESTINATION_GRADIENT, TensorValues.tensor(pool, destination, gradient));
    back.put(Argument.SOURCE_GRADIENT, sourceGradient);
    if (kind.remembers()) {
      Tensor workspace = pool.tensor(forward.workspace());
      there.put(Argument.WORKSPACE, workspace);
      back.put(Argument.WORKSPACE, workspace);
    }
    Kernel first = pool.kernel(forward, there);
    Kernel second = pool.kernel(backward, back);
    pool.seal();
    first.run();
    second.run();
    double[] expected = new double[gradient.length];
    double[] expectedGradient = new double[values.length];
    for (int i = 0; i < gradient.length; i++) {
      int index = i;
      shares(kind, dilation, values, i)
          .forEach(
              (place, share) -> {
                expected[index] += share * values[place];
                expectedGradient[place] += share * gradient[index];
              });
    }
    TensorValues.assertClose(result, 1e-5, i -> expected[i]);
    TensorValues.assertClose(sourceGradient, 1e-5, i -> expectedGradient[i]);
  }
}
