package io.bnzoo.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import io.bnzoo.ArrayAssert;
import io.bnzoo.layer.Arithmetic;
import io.bnzoo.layer.Networks;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

class GradientTest {

  /** Deeplearning4j's check of gradients asks for it. */
  @BeforeAll
  static void useDoubles() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void useFloatsAgain() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  @ParameterizedTest
  @EnumSource(Arithmetic.class)
  void gradientsThroughTwoDenseLayersAreThoseOfDifferences(Arithmetic arithmetic) {
    MultiLayerNetwork network = Networks.dense(Networks.settings(DataType.DOUBLE), arithmetic);
    assertGradients(network, Networks.batch(DataType.DOUBLE, 1));
  }

  static Stream<Arguments> formats() {
    return Stream.of(Arithmetic.values())
        .flatMap(
            arithmetic ->
                Stream.of(CNN2DFormat.values()).map(format -> Arguments.of(arithmetic, format)));
  }

  @ParameterizedTest
  @MethodSource("formats")
  void gradientsThroughTwoConvolutionsAreThoseOfDifferences(
      Arithmetic arithmetic, CNN2DFormat format) {
    assertGradients(
        Networks.convolutional(Networks.settings(DataType.DOUBLE), format, arithmetic),
        images(DataType.DOUBLE, format));
  }

  /**
   * The running statistics are excluded, and nothing else: in training mode the loss does not
   * depend on them, and what stands in their place of the gradient is the step that they make.
   */
  private static void assertGradients(MultiLayerNetwork network, INDArray images) {
    Set<String> statistics =
        network.paramTable().keySet().stream()
            .filter(name -> name.contains("population"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(statistics).hasSize(4);
    boolean passed =
        GradientCheckUtil.checkGradients(
            new GradientCheckUtil.MLNConfig()
                .net(network)
                .epsilon(1e-6)
                .maxRelError(1e-5)
                .minAbsoluteError(1e-9)
                .input(images)
                .labels(Networks.labels(DataType.DOUBLE))
                .excludeParams(statistics));
    assertThat(passed).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Arithmetic.class)
  void theGradientAfterInferenceIsThatOfInferenceAndMovesNoStatistics(Arithmetic arithmetic) {
    MultiLayerNetwork network = Networks.dense(Networks.settings(DataType.DOUBLE), arithmetic);
    network.setInput(Networks.batch(DataType.DOUBLE, 1));
    network.setLabels(Networks.labels(DataType.DOUBLE));
    network.computeGradientAndScore();
    Layer layer = network.getLayer("bn1");
    INDArray x = Networks.normal(DataType.DOUBLE, 3, Networks.BATCH, Networks.UNITS);
    INDArray outputGradient = Networks.normal(DataType.DOUBLE, 4, x.shape());
    layer.activate(x, false, LayerWorkspaceMgr.noWorkspaces());
    INDArray inputGradient =
        layer.backpropGradient(outputGradient, LayerWorkspaceMgr.noWorkspaces()).getSecond();

    // y is a line in x: its slope is gamma / sqrt(populationVariance + epsilon).
    ArrayAssert.assertClose(
        inputGradient, outputGradient.mul(1.25 / Math.sqrt(0.7 + 0.001)), 1e-12, 1e-12);
    // fc1 has 30 parameters, gamma and beta have 12, and the statistics 12.
    INDArray steps = network.getFlattenedGradients().ravel().get(interval(42, 54));
    ArrayAssert.assertSameBits(steps, Nd4j.zeros(DataType.DOUBLE, 12));
  }

  /** How an array of images may lie in memory. */
  enum Memory {
    COLUMN_MAJOR,
    PERMUTED,
    PART_OF_ANOTHER;

    INDArray of(INDArray array) {
      return switch (this) {
        case COLUMN_MAJOR -> array.dup('f');
        case PERMUTED -> array.permute(0, 3, 1, 2).dup('c').permute(0, 2, 3, 1);
        case PART_OF_ANOTHER ->
            Nd4j.concat(1, array, array).get(all(), interval(array.size(1), 2 * array.size(1)));
      };
    }
  }

  @ParameterizedTest
  @MethodSource("memories")
  void imagesInAnyOrderOfMemoryGiveTheSame(
      Arithmetic arithmetic, CNN2DFormat format, Memory memory, DataType type) {
    MultiLayerNetwork network = Networks.convolutional(Networks.settings(type), format, arithmetic);
    network.setInput(images(type, format));
    network.setLabels(Networks.labels(type));
    network.computeGradientAndScore();
    long[] shape =
        format == CNN2DFormat.NCHW
            ? new long[] {Networks.BATCH, 3, 4, 4}
            : new long[] {Networks.BATCH, 4, 4, 3};
    INDArray x = Networks.normal(type, 3, shape);
    INDArray gradient = Networks.normal(type, 4, shape);
    Layer layer = network.getLayer("bn1");
    INDArray[] inOrder = run(layer, x, gradient);
    INDArray[] other = run(layer, memory.of(x), memory.of(gradient));
    for (int i = 0; i < inOrder.length; i++) {
      double tolerance = type == DataType.DOUBLE ? 1e-12 : 1e-5;
      ArrayAssert.assertClose(other[i], inOrder[i], tolerance, tolerance);
    }
  }

  static Stream<Arguments> memories() {
    return formats()
        .flatMap(
            format ->
                Stream.of(Memory.values())
                    .flatMap(
                        memory ->
                            Stream.of(DataType.FLOAT, DataType.DOUBLE)
                                .map(
                                    type ->
                                        Arguments.of(
                                            format.get()[0], format.get()[1], memory, type))));
  }

  private static INDArray images(DataType type, CNN2DFormat format) {
    return format == CNN2DFormat.NCHW
        ? Networks.normal(type, 2, Networks.BATCH, 2, 4, 4)
        : Networks.normal(type, 2, Networks.BATCH, 4, 4, 2);
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void aGraphOfConvolutionsTrainsAsASequentialNetworkDoes(CNN2DFormat format) {
    MultiLayerNetwork network =
        Networks.convolutional(
            Networks.settings(DataType.DOUBLE), format, Arithmetic.ONE_OPERATION);
    ComputationGraph graph = network.toComputationGraph();
    for (int step = 0; step < 2; step++) {
      network.fit(images(DataType.DOUBLE, format), Networks.labels(DataType.DOUBLE));
      graph.fit(new DataSet(images(DataType.DOUBLE, format), Networks.labels(DataType.DOUBLE)));
    }
    ArrayAssert.assertSameBits(graph.params(), network.params());
  }

  @Test
  void aVariableThatTheOutputDoesNotDependOnHasNoDerivative() {
    SameDiff graph = SameDiff.create();
    SDVariable x = graph.placeHolder("x", DataType.DOUBLE, -1, 2);
    SDVariable gradient = graph.placeHolder("gradient", DataType.DOUBLE, -1, 2);
    SDVariable other = graph.placeHolder("other", DataType.DOUBLE, -1, 2);
    Derivative derivative = new Derivative(graph, x.mul(2), gradient);
    assertThat(derivative.in("x").name()).isNotEqualTo(gradient.name());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> derivative.in(other.name()))
        .withMessage("the output does not depend on other");
  }

  /** Output, gradient of the input, gradient of gamma. */
  private static INDArray[] run(Layer layer, INDArray x, INDArray gradient) {
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    INDArray y = layer.activate(x, true, none);
    var back = layer.backpropGradient(gradient, none);
    return new INDArray[] {y, back.getSecond(), back.getFirst().getGradientFor("gamma").dup()};
  }
}
