package io.bnzoo.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import io.bnzoo.ArrayAssert;
import io.bnzoo.spec.Arithmetic;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
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
    long[] shape =
        format == CNN2DFormat.NCHW
            ? new long[] {Networks.BATCH, 2, 4, 4}
            : new long[] {Networks.BATCH, 4, 4, 2};
    assertGradients(
        Networks.convolutional(format, arithmetic), Networks.normal(DataType.DOUBLE, 2, shape));
  }

  /**
   * The population statistics are excluded, and nothing else: in training mode the loss does not
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

  @ParameterizedTest
  @EnumSource(Arithmetic.class)
  void arraysInAnyOrderOfMemoryGiveTheSame(Arithmetic arithmetic) {
    MultiLayerNetwork network = Networks.dense(Networks.settings(DataType.DOUBLE), arithmetic);
    network.setInput(Networks.batch(DataType.DOUBLE, 1));
    network.setLabels(Networks.labels(DataType.DOUBLE));
    network.computeGradientAndScore();
    Layer layer = network.getLayer("bn1");
    INDArray x = Networks.normal(DataType.DOUBLE, 3, Networks.BATCH, Networks.UNITS);
    INDArray gradient = Networks.normal(DataType.DOUBLE, 4, x.shape());
    INDArray[] inOrder = run(layer, x, gradient);
    INDArray[] columnMajor = run(layer, x.dup('f'), gradient.dup('f'));
    for (int i = 0; i < inOrder.length; i++) {
      ArrayAssert.assertClose(columnMajor[i], inOrder[i], 1e-12, 1e-12);
    }
  }

  /** Output, gradient of the input, gradient of gamma. */
  private static INDArray[] run(Layer layer, INDArray x, INDArray gradient) {
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    INDArray y = layer.activate(x, true, none);
    var back = layer.backpropGradient(gradient, none);
    return new INDArray[] {y, back.getSecond(), back.getFirst().getGradientFor("gamma").dup()};
  }
}
