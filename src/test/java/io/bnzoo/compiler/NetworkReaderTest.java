package io.bnzoo.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bnzoo.layer.ChannelwiseBias;
import io.bnzoo.layer.LowLevelBatchNormalization;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a configuration's layers and preprocessors are refused for; settings are SettingsTest's. */
class NetworkReaderTest {
  private static final InputType VECTOR = InputType.feedForward(784);
  private static final InputType NCHW = InputType.convolutional(28, 28, 1);
  private static final InputType NHWC = InputType.convolutional(28, 28, 1, CNN2DFormat.NHWC);
  private static final InputType FLAT = InputType.convolutionalFlat(28, 28, 1);

  static Stream<Arguments> refusals() {
    return Stream.of(
        refusal(
            "it takes " + InputType.recurrent(28, 28), dense(VECTOR), InputType.recurrent(28, 28)),
        refusal("DenseLayer layer0 takes images unflattened", dense(VECTOR), NCHW),
        refusal(
            "DenseLayer layer0 takes 784 values and is given 100",
            dense(VECTOR),
            InputType.feedForward(100)),
        refusal("ConvolutionLayer layer0 takes no images", convolution(NCHW), VECTOR),
        refusal(
            "ConvolutionLayer layer0 takes images in NCHW, given in NHWC", convolution(NCHW), NHWC),
        refusal(
            "ConvolutionLayer layer0 takes 1 values and is given 3",
            convolution(NCHW),
            InputType.convolutional(28, 28, 3)),
        refusal(
            "ConvolutionLayer layer0 has a kernel of 3 for 2 values with padding 0",
            convolution(NCHW),
            InputType.convolutional(2, 28, 1)),
        refusal(
            "ConvolutionLayer layer0 has kernel 3 and stride 0",
            changed(convolution(NCHW), layer -> layer.setStride(new int[] {0, 1})),
            NCHW),
        refusal(
            "ConvolutionLayer layer0 has the convolution mode Causal",
            changed(convolution(NCHW), layer -> layer.setConvolutionMode(ConvolutionMode.Causal)),
            NCHW),
        refusal(
            "ConvolutionLayer layer0 leaves values over, which its convolution mode Strict forbids",
            changed(convolution(NCHW), layer -> layer.setConvolutionMode(ConvolutionMode.Strict)),
            NCHW),
        refusal(
            "784 values are taken for 14 x 14 pixels with 1 channels",
            convolution(InputType.convolutionalFlat(14, 14, 1)),
            VECTOR),
        refusal("images in NHWC are taken for NCHW", convolution(FLAT), NHWC),
        refusal("images in NCHW are flattened as if in NHWC", flattenedAsNhwc(), NCHW),
        refusal(
            "there is no kernel for FeedForwardToRnnPreProcessor",
            preprocessed(new FeedForwardToRnnPreProcessor()),
            VECTOR),
        refusal(
            "OutputLayer layer1 takes images unflattened",
            preprocessed(new FeedForwardToCnnPreProcessor(1, 5)),
            VECTOR),
        refusal(
            "there is no kernel for CnnToFeedForwardPreProcessor",
            preprocessed(new CnnToFeedForwardPreProcessor(1, 5)),
            VECTOR),
        refusal(
            "there is no kernel for ElementWiseMultiplicationLayer layer0",
            network(
                VECTOR, new ElementWiseMultiplicationLayer.Builder().nOut(784).build(), output()),
            VECTOR),
        refusal(
            "SubsamplingLayer layer0 pools by PNORM",
            network(
                NCHW, new SubsamplingLayer.Builder(PoolingType.PNORM).pnorm(3).build(), output()),
            NCHW),
        refusal(
            "there is no kernel for the activation cube of ActivationLayer layer0",
            network(VECTOR, new ActivationLayer(Activation.CUBE), output()),
            VECTOR),
        refusal(
            "BatchNormalization layer0 takes 784 values and is given 1",
            network(VECTOR, new BatchNormalization.Builder().useLogStd(false).build(), output()),
            NCHW),
        refusal(
            "BatchNormalization layer0 takes images in NCHW, given in NHWC",
            network(NCHW, new BatchNormalization.Builder().useLogStd(false).build(), output()),
            NHWC),
        refusal(
            "LowLevelBatchNormalization layer0 takes images in NHWC, given in NCHW",
            network(NHWC, new LowLevelBatchNormalization.Builder().build(), output()),
            NCHW),
        refusal(
            "LowLevelBatchNormalization layer0 takes 784 values and is given 100",
            network(VECTOR, new LowLevelBatchNormalization.Builder().build(), output()),
            InputType.feedForward(100)),
        refusal(
            "ChannelwiseBias layer0 does not follow a normalization",
            network(VECTOR, new ChannelwiseBias.Builder().build(), output()),
            VECTOR),
        refusal(
            "ChannelwiseBias layer2 does not follow a normalization",
            network(
                VECTOR,
                new LowLevelBatchNormalization.Builder().build(),
                new ChannelwiseBias.Builder().build(),
                new ChannelwiseBias.Builder().build(),
                output()),
            VECTOR),
        refusal(
            "ChannelwiseBias layer2 does not follow a normalization",
            network(
                VECTOR,
                new LowLevelBatchNormalization.Builder().build(),
                new ActivationLayer(Activation.RELU),
                new ChannelwiseBias.Builder().build(),
                output()),
            VECTOR),
        refusal("OutputLayer layer0 takes images unflattened", network(VECTOR, output()), NCHW),
        refusal(
            "ChannelwiseBias layer0 takes 784 values and is given 100",
            network(VECTOR, new ChannelwiseBias.Builder().build(), output()),
            InputType.feedForward(100)));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void whatThereAreNoKernelsForIsNamed(String reason, MultiLayerNetwork network, InputType input) {
    assertThatExceptionOfType(UnsupportedNetworkException.class)
        .isThrownBy(() -> NetworkGraph.of(network, input))
        .withMessage("oneDNN cannot run this network: " + reason);
  }

  /** Kernels take the two as one array. */
  @Test
  void aBetaThatStandsElsewhereIsAnError() {
    MultiLayerNetwork network =
        network(VECTOR, new LowLevelBatchNormalization.Builder().build(), output());
    Map<String, INDArray> parameters = network.getLayer(0).paramTable();
    parameters.put(
        LowLevelBatchNormalization.BETA,
        parameters.get(LowLevelBatchNormalization.POPULATION_MEAN));
    assertThatIllegalStateException()
        .isThrownBy(() -> NetworkGraph.of(network, VECTOR))
        .withMessage("beta does not follow gamma in layer 0");
  }

  @Test
  void aFunctionBecomesAPartOfTheOperationBeforeItWhereAKernelHasBoth() throws Exception {
    MultiLayerNetwork network =
        network(
            NCHW,
            new ConvolutionLayer.Builder(3, 3).nOut(2).activation(Activation.TANH).build(),
            new BatchNormalization.Builder().useLogStd(false).build(),
            new ActivationLayer(Activation.RELU),
            new LowLevelBatchNormalization.Builder().build(),
            new ChannelwiseBias.Builder().build(),
            new ActivationLayer(Activation.RELU),
            new BatchNormalization.Builder().useLogStd(false).build(),
            new ActivationLayer(Activation.SIGMOID),
            new ActivationLayer(Activation.IDENTITY),
            new DenseLayer.Builder().nOut(5).activation(Activation.IDENTITY).build(),
            new ActivationLayer(Activation.RELU),
            new ActivationLayer(Activation.TANH),
            output());
    assertThat(NetworkGraph.of(network, NCHW).operations().map(NetworkReaderTest::sketch))
        .containsExactly(
            "ConvolutionOp TANH",
            "NormalizationOp RELU",
            "NormalizationOp bias RELU",
            "NormalizationOp",
            "ActivationOp SIGMOID",
            "FlatteningOp",
            "DenseOp RELU",
            "ActivationOp TANH",
            "DenseOp");
  }

  private static String sketch(Operation operation) {
    String type = operation.getClass().getSimpleName();
    if (operation instanceof Operation.LinearOp linear) {
      return type + linear.activation().map(function -> " " + function).orElse("");
    }
    if (operation instanceof Operation.NormalizationOp normalization) {
      return type
          + (normalization.bias().isPresent() ? " bias" : "")
          + (normalization.rectified() ? " RELU" : "");
    }
    return operation instanceof Operation.ActivationOp activation
        ? type + " " + activation.function()
        : type;
  }

  private static Arguments refusal(String reason, MultiLayerNetwork network, InputType input) {
    return Arguments.of(reason, network, input);
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build();
  }

  private static MultiLayerNetwork dense(InputType input) {
    return network(input, new DenseLayer.Builder().nOut(5).build(), output());
  }

  private static MultiLayerNetwork convolution(InputType input) {
    return network(
        input,
        new ConvolutionLayer.Builder(3, 3)
            .stride(2, 2)
            .nOut(2)
            .activation(Activation.IDENTITY)
            .build(),
        output());
  }

  private static MultiLayerNetwork changed(
      MultiLayerNetwork network, Consumer<ConvolutionLayer> change) {
    change.accept((ConvolutionLayer) network.getLayerWiseConfigurations().getConf(0).getLayer());
    return network;
  }

  private static MultiLayerNetwork flattenedAsNhwc() {
    MultiLayerNetwork network = convolution(NCHW);
    CnnToFeedForwardPreProcessor flattening =
        (CnnToFeedForwardPreProcessor) network.getLayerWiseConfigurations().getInputPreProcess(1);
    flattening.setFormat(CNN2DFormat.NHWC);
    return network;
  }

  private static MultiLayerNetwork preprocessed(InputPreProcessor step) {
    MultiLayerNetwork network = dense(VECTOR);
    network.getLayerWiseConfigurations().getInputPreProcessors().put(1, step);
    return network;
  }

  private static MultiLayerNetwork network(InputType input, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder().list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    MultiLayerNetwork network = new MultiLayerNetwork(list.setInputType(input).build());
    network.init();
    return network;
  }
}
