package io.bnzoo.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bnzoo.ArrayAssert;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Every oneDNN operation on arrays in every order, compared with ND4J's own kernels, which work in
 * double precision. Without the executioner some of these write beyond an array's end.
 */
class OrderedExecutionerTest {

  /** An operation with the shapes of its inputs and its arguments. */
  record Operation(
      String name, String title, List<long[]> inputs, List<Integer> integers, List<Double> reals) {
    @Override
    public String toString() {
      return name + " " + title;
    }

    INDArray[] run(List<INDArray> arrays, List<INDArray> results) {
      DynamicCustomOp.DynamicCustomOpsBuilder builder =
          DynamicCustomOp.builder(name)
              .addInputs(arrays.toArray(INDArray[]::new))
              .addIntegerArguments(integers.stream().mapToInt(i -> i).toArray())
              .addFloatingPointArguments(reals.toArray(Double[]::new));
      if (!results.isEmpty()) {
        builder.addOutputs(results.toArray(INDArray[]::new));
      }
      return Nd4j.exec(builder.build());
    }
  }

  @BeforeEach
  void oneDnnIsHere() {
    assumeTrue(NativeBackend.enableOneDnn().oneDnn(), "skipped: oneDNN is not available here");
  }

  @Test
  void itIsInPlaceWhereOneDnnIsOn() {
    assertThat(Nd4j.getExecutioner()).isInstanceOf(OrderedExecutioner.class);
  }

  @Test
  void everyListedOperationIsTried() {
    Set<String> tried = new TreeSet<>(Set.of("deconv2d_tf", "lstmLayer")); // Elsewhere.
    operations().forEach(operation -> tried.add(operation.name()));
    assertThat(tried).isEqualTo(new TreeSet<>(OrderedExecutioner.ONEDNN_OPERATIONS));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void resultsAreRightWhateverTheOrderOfTheArrays(Operation operation) {
    Nd4j.getRandom().setSeed(1);
    List<INDArray> exact = new ArrayList<>();
    for (long[] shape : operation.inputs()) {
      exact.add(Nd4j.rand(DataType.DOUBLE, shape).addi(0.1));
    }
    List<INDArray> inputs = exact.stream().map(array -> array.castTo(DataType.FLOAT)).toList();
    INDArray[] expected = operation.run(exact, List.of());
    assertSame(operation.run(inputs, List.of()), expected);

    for (int i = 0; i < inputs.size(); i++) {
      for (INDArray reordered : inOtherOrders(inputs.get(i))) {
        assertSame(operation.run(with(inputs, i, reordered), List.of()), expected);
        ArrayAssert.assertClose(reordered.dup('c'), inputs.get(i), 0, 0);
      }
    }
    List<INDArray> results =
        Stream.of(expected)
            .map(result -> Nd4j.valueArrayOf(result.shape(), 7, DataType.FLOAT))
            .toList();
    for (int i = 0; i < results.size(); i++) {
      for (INDArray reordered : inOtherOrders(results.get(i))) {
        List<INDArray> outputs = with(results, i, reordered);
        INDArray[] found = operation.run(inputs, outputs);
        assertThat(found[i]).isSameAs(reordered);
        assertSame(found, expected);
      }
    }
  }

  private static List<INDArray> with(List<INDArray> arrays, int index, INDArray replacement) {
    List<INDArray> changed = new ArrayList<>(arrays);
    changed.set(index, replacement);
    return changed;
  }

  private static void assertSame(INDArray[] found, INDArray[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      ArrayAssert.assertClose(found[i].dup('c'), expected[i].castTo(DataType.FLOAT), 2e-4, 2e-4);
    }
  }

  /** The same values in 'f' order, with the first axis last in memory, and with gaps. */
  private static List<INDArray> inOtherOrders(INDArray array) {
    List<INDArray> others = new ArrayList<>();
    others.add(Nd4j.createUninitialized(array.dataType(), array.shape(), 'f'));
    int rank = array.rank();
    if (rank > 2) {
      int[] rotation = new int[rank];
      int[] inverse = new int[rank];
      Arrays.setAll(rotation, axis -> (axis + 1) % rank);
      Arrays.setAll(inverse, axis -> (axis + rank - 1) % rank);
      long[] shape = Arrays.stream(rotation).mapToLong(array::size).toArray();
      others.add(Nd4j.createUninitialized(array.dataType(), shape, 'c').permute(inverse));
    }
    long[] wide = array.shape().clone();
    wide[rank - 1] *= 2;
    INDArrayIndex[] everySecond = new INDArrayIndex[rank];
    Arrays.fill(everySecond, NDArrayIndex.all());
    everySecond[rank - 1] = NDArrayIndex.interval(0, 2, wide[rank - 1]);
    others.add(Nd4j.valueArrayOf(wide, 1e3, array.dataType()).get(everySecond));
    others.forEach(other -> other.assign(array));
    return others;
  }

  static List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    for (int channelsLast = 0; channelsLast <= 1; channelsLast++) {
      addTwoDimensional(operations, channelsLast);
      addThreeDimensional(operations, channelsLast);
    }
    addOthers(operations);
    return operations;
  }

  private static void addTwoDimensional(List<Operation> operations, int channelsLast) {
    String order = channelsLast == 0 ? "NCHW" : "NHWC";
    long[] three = images(channelsLast, 3, 5, 6);
    long[] four = images(channelsLast, 4, 5, 6);
    long[] six = images(channelsLast, 6, 5, 6);
    // Kernel, stride, padding, dilation, 'same' padding, axis order, order of the weights.
    List<Integer> geometry = List.of(2, 3, 1, 1, 0, 0, 1, 1, 1, channelsLast, 1);
    long[] bias = {4};
    Map<String, List<long[]>> inputs = new LinkedHashMap<>();
    inputs.put("conv2d", List.of(three, new long[] {4, 3, 2, 3}, bias));
    inputs.put("conv2d_bp", List.of(three, new long[] {4, 3, 2, 3}, bias, four));
    inputs.put("deconv2d", List.of(three, new long[] {3, 4, 2, 3}, bias));
    inputs.put("deconv2d_bp", List.of(three, new long[] {3, 4, 2, 3}, bias, four));
    inputs.put("depthwise_conv2d", List.of(three, new long[] {2, 3, 2, 3}, new long[] {6}));
    inputs.put("depthwise_conv2d_bp", List.of(three, new long[] {2, 3, 2, 3}, new long[] {6}, six));
    inputs.forEach(
        (name, shapes) -> operations.add(new Operation(name, order, shapes, geometry, List.of())));

    List<Integer> window = List.of(2, 3, 1, 1, 0, 0, 1, 1, 1, 0, channelsLast);
    for (String pooling : List.of("maxpool2d", "avgpool2d")) {
      operations.add(new Operation(pooling, order, List.of(three), window, List.of()));
      operations.add(
          new Operation(pooling + "_bp", order, List.of(three, three), window, List.of()));
    }

    List<Integer> axis = List.of(1, 1, channelsLast == 0 ? 1 : 3);
    long[] each = {3};
    List<Double> epsilon = List.of(1e-3);
    operations.add(
        new Operation("batchnorm", order, List.of(three, each, each, each, each), axis, epsilon));
    operations.add(
        new Operation(
            "batchnorm_bp", order, List.of(three, each, each, each, each, three), axis, epsilon));
  }

  private static void addThreeDimensional(List<Operation> operations, int channelsLast) {
    String order = channelsLast == 0 ? "NCDHW" : "NDHWC";
    long[] three = images(channelsLast, 3, 2, 3, 4);
    long[] four = images(channelsLast, 4, 2, 3, 4);
    List<Integer> geometry = List.of(2, 2, 3, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, channelsLast, 1);
    long[] bias = {4};
    Map<String, List<long[]>> inputs = new LinkedHashMap<>();
    inputs.put("conv3dnew", List.of(three, new long[] {4, 3, 2, 2, 3}, bias));
    inputs.put("conv3dnew_bp", List.of(three, new long[] {4, 3, 2, 2, 3}, bias, four));
    inputs.put("deconv3d", List.of(three, new long[] {3, 4, 2, 2, 3}, bias));
    inputs.put("deconv3d_bp", List.of(three, new long[] {3, 4, 2, 2, 3}, bias, four));
    inputs.forEach(
        (name, shapes) -> operations.add(new Operation(name, order, shapes, geometry, List.of())));

    List<Integer> window = List.of(2, 2, 3, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, channelsLast);
    for (String pooling : List.of("maxpool3dnew", "avgpool3dnew")) {
      operations.add(new Operation(pooling, order, List.of(three), window, List.of()));
      operations.add(
          new Operation(pooling + "_bp", order, List.of(three, three), window, List.of()));
    }
  }

  private static void addOthers(List<Operation> operations) {
    long[] matrix = {5, 7};
    operations.add(
        new Operation(
            "lrn", "", List.of(new long[] {2, 3, 4, 6}), List.of(2, 0, 0), List.of(1.5, 0.3, 0.6)));
    for (long[] shape : List.of(matrix, new long[] {3, 5, 7}, new long[] {2, 3, 4, 5})) {
      for (int axis = 0; axis < shape.length; axis++) {
        String title = shape.length + " axes, along " + axis;
        operations.add(new Operation("softmax", title, List.of(shape), List.of(axis), List.of()));
        operations.add(
            new Operation("softmax_bp", title, List.of(shape, shape), List.of(axis), List.of()));
      }
    }
    List<long[]> linear = List.of(matrix, new long[] {7, 6}, new long[] {6});
    operations.add(new Operation("xw_plus_b", "", linear, List.of(), List.of()));
    List<long[]> back = new ArrayList<>(linear);
    back.add(new long[] {5, 6});
    operations.add(new Operation("xw_plus_b_bp", "", back, List.of(), List.of()));
  }

  /** A batch of two. */
  private static long[] images(int channelsLast, long channels, long... sides) {
    long[] shape = new long[sides.length + 2];
    shape[0] = 2;
    shape[channelsLast == 0 ? 1 : shape.length - 1] = channels;
    System.arraycopy(sides, 0, shape, channelsLast == 0 ? 2 : 1, sides.length);
    return shape;
  }
}
