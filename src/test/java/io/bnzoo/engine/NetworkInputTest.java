package io.bnzoo.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bnzoo.data.ImageShape;
import io.bnzoo.data.ImageSize;
import io.bnzoo.layer.ImageToSequence;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What a network is given, as its configuration alone tells; refusals are OtherInputsTest's. */
class NetworkInputTest {
  private static final Optional<ImageSize> UNKNOWN = Optional.empty();

  static Stream<Arguments> known() {
    InputType nchw = InputType.convolutional(24, 16, 3);
    InputType nhwc = InputType.convolutional(24, 16, 3, CNN2DFormat.NHWC);
    return Stream.of(
        Arguments.of(nchw, convolutional(nchw)),
        Arguments.of(nhwc, convolutional(nhwc)),
        Arguments.of(
            InputType.feedForward(24 * 16 * 3),
            convolutional(InputType.convolutionalFlat(24, 16, 3))),
        Arguments.of(InputType.feedForward(7), dense(InputType.feedForward(7))),
        Arguments.of(nchw, dense(nchw)),
        Arguments.of(InputType.recurrent(5), recurrent()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("known")
  void theTypeThatANetworkWasBuiltForIsFound(InputType built, MultiLayerNetwork network) {
    assertThat(NetworkInput.types(network, UNKNOWN)).containsExactly(built);
    assertThat(NetworkInput.types(network.toComputationGraph(), UNKNOWN)).containsExactly(built);
  }

  @Test
  void aSizeThatNothingTellsMustBeGiven() {
    MultiLayerNetwork pooled =
        network(
            InputType.convolutional(40, 40, 3), convolution(), new GlobalPoolingLayer(), output());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NetworkInput.types(pooled, UNKNOWN))
        .withMessage("it takes images of more than one size: say which, as in 64x64");
    assertThat(NetworkInput.types(pooled, Optional.of(new ImageSize(30, 20))))
        .containsExactly(InputType.convolutional(30, 20, 3));
  }

  @Test
  void anotherSizeThanTheOneItTakesIsRefused() {
    MultiLayerNetwork network = convolutional(InputType.convolutional(24, 16, 3));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NetworkInput.types(network, Optional.of(new ImageSize(32, 32))))
        .withMessage("it takes images of 24x16, got 32x32");
  }

  @Test
  void everyInputOfAGraphHasItsOwn() {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("left", "right")
                .setInputTypes(InputType.feedForward(3), InputType.feedForward(4))
                .addLayer("a", denseLayer(), "left")
                .addLayer("b", denseLayer(), "right")
                .addVertex("both", new MergeVertex(), "a", "b")
                .addLayer("output", output(), "both")
                .setOutputs("output")
                .build());
    graph.init();
    assertThat(NetworkInput.types(graph, UNKNOWN))
        .isEqualTo(List.of(InputType.feedForward(3), InputType.feedForward(4)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void imagesThatAreShownStepByStepAreGivenFlat(boolean asVertex) {
    InputPreProcessor rows = ImageToSequence.rows(ImageShape.withChannels(3).height(24).width(16));
    Layer lstm = new LastTimeStep(new LSTM.Builder().nOut(3).build());
    GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.feedForward(24 * 16 * 3));
    if (asVertex) {
      builder.addVertex("rows", new PreprocessorVertex(rows), "in").addLayer("lstm", lstm, "rows");
    } else {
      builder.addLayer("lstm", lstm, rows, "in");
    }
    ComputationGraph graph =
        new ComputationGraph(builder.addLayer("out", output(), "lstm").setOutputs("out").build());
    graph.init();
    assertThat(NetworkInput.types(graph, UNKNOWN))
        .isEqualTo(NetworkInput.types(graph, Optional.of(new ImageSize(24, 16))))
        .containsExactly(InputType.feedForward(24 * 16 * 3));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NetworkInput.types(graph, Optional.of(new ImageSize(32, 32))))
        .withMessage("it takes images of 1,152 values, got 32x32");
    assertThat(NetworkInput.otherThan(ImageShape.MNIST, graph)).contains("images of 1,152 values");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageInput.of(graph, ImageShape.MNIST))
        .withMessage(
            "the network takes no images of 28 x 28 pixels and one channel: it takes images of 1152"
                + " values, as 24 steps of 48");
  }

  private static MultiLayerNetwork convolutional(InputType input) {
    CNN2DFormat format =
        input instanceof InputType.InputTypeConvolutional images
            ? images.getFormat()
            : CNN2DFormat.NCHW;
    SubsamplingLayer pooling =
        new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).dataFormat(format).build();
    ConvolutionLayer convolution = convolution();
    convolution.setCnn2dDataFormat(format);
    return network(input, convolution, pooling, denseLayer(), output());
  }

  private static MultiLayerNetwork dense(InputType input) {
    return network(input, denseLayer(), output());
  }

  private static MultiLayerNetwork recurrent() {
    return network(
        InputType.recurrent(5),
        new LSTM.Builder().nOut(3).build(),
        new RnnOutputLayer.Builder(LossFunction.MCXENT).nOut(2).build());
  }

  private static ConvolutionLayer convolution() {
    return new ConvolutionLayer.Builder(3, 3).nOut(2).build();
  }

  private static DenseLayer denseLayer() {
    return new DenseLayer.Builder().nOut(2).build();
  }

  private static Layer output() {
    return Networks.output(LossFunction.MCXENT, Activation.SOFTMAX);
  }

  private static MultiLayerNetwork network(InputType input, Layer... layers) {
    return Networks.network(new NeuralNetConfiguration.Builder(), input, layers);
  }
}
