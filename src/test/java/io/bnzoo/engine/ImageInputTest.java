package io.bnzoo.engine;

import static io.bnzoo.engine.Networks.network;
import static io.bnzoo.engine.Networks.output;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.layer.LowLevelBatchNormalization;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class ImageInputTest {
  private static final LabeledImages BATCH = TestDigits.draw(6, 5);
  private static final String REFUSED =
      "the network takes no images of 28 x 28 pixels and one channel: ";

  private static MultiLayerNetwork of(InputType input, Layer... layers) {
    List<Layer> all = new ArrayList<>(List.of(layers));
    all.add(output(LossFunctions.LossFunction.MCXENT, Activation.SOFTMAX));
    return network(
        new NeuralNetConfiguration.Builder().seed(3).updater(new Sgd(0.1)),
        input,
        all.toArray(Layer[]::new));
  }

  private static ConvolutionLayer convolution(CNN2DFormat format) {
    return new ConvolutionLayer.Builder(3, 3)
        .stride(2, 2)
        .nOut(3)
        .dataFormat(format)
        .activation(Activation.IDENTITY)
        .build();
  }

  private static DenseLayer dense() {
    return new DenseLayer.Builder().nOut(5).activation(Activation.TANH).build();
  }

  private static BatchNormalization batchNorm() {
    return new BatchNormalization.Builder().useLogStd(false).build();
  }

  private static LowLevelBatchNormalization lowLevel() {
    return new LowLevelBatchNormalization.Builder().build();
  }

  static Stream<Arguments> otherImages() {
    return Stream.of(
            List.of("it takes images of 49 x 16 pixels and one channel", 49, 16, 1),
            List.of("it takes images of 784 x 1 pixels and one channel", 784, 1, 1),
            List.of("it takes images of 14 x 14 pixels and 4 channels", 14, 14, 4))
        .flatMap(
            each -> {
              int height = (int) each.get(1);
              int width = (int) each.get(2);
              int channels = (int) each.get(3);
              Layer pointwise =
                  new ConvolutionLayer.Builder(1, 1)
                      .nOut(2)
                      .activation(Activation.IDENTITY)
                      .build();
              InputType images = InputType.convolutional(height, width, channels);
              InputType flat = InputType.convolutionalFlat(height, width, channels);
              return Stream.of(
                  Arguments.of(each.get(0), of(images, dense())),
                  Arguments.of(each.get(0), of(flat, pointwise.clone())),
                  Arguments.of(each.get(0), of(flat, batchNorm())),
                  Arguments.of(
                      each.get(0),
                      of(flat, new ActivationLayer(Activation.TANH), pointwise.clone())),
                  Arguments.of(
                      channels == 1
                          ? "images of "
                              + height
                              + " x "
                              + width
                              + " pixels and 2 channels are to be flattened, images of 28 x 28"
                              + " pixels and 2 channels arrive"
                          : "ConvolutionLayer layer0 takes 4 channels, got 1",
                      of(images, pointwise.clone())));
            });
  }

  @ParameterizedTest
  @MethodSource("otherImages")
  void imagesOfAnotherShapeWithAsManyValuesAreRefusedNamingIt(
      String reason, MultiLayerNetwork network) {
    assertThat(BothEngines.refusal(network, engine -> engine.logits(BATCH, Statistics.RUNNING)))
        .isEqualTo(REFUSED + reason);
  }

  @Test
  void whatDoesNotFitIsNamed() {
    assertThat(BothEngines.refusal(of(InputType.feedForward(64), dense()), Engine::snapshot))
        .isEqualTo(REFUSED + "DenseLayer layer0 takes 64 values, got 784");
    assertThat(
            BothEngines.refusal(
                of(InputType.convolutional(32, 32, 3), convolution(CNN2DFormat.NCHW)),
                Engine::snapshot))
        .isEqualTo(REFUSED + "ConvolutionLayer layer0 takes 3 channels, got 1");
    assertThat(
            BothEngines.refusal(
                of(InputType.convolutional(32, 32, 1), convolution(CNN2DFormat.NCHW)),
                Engine::snapshot))
        .isEqualTo(
            REFUSED
                + "images of 15 x 15 pixels and 3 channels are to be flattened, images of 13 x 13"
                + " pixels and 3 channels arrive");
  }

  /** Images of 28 channels and one pixel a row pass Deeplearning4j's own checks. */
  @Test
  void rowsAreNotTakenForChannels() {
    MultiLayerNetwork network = of(InputType.convolutional(28, 1, 28), new GlobalPoolingLayer());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Dl4jEngine(network, ImageShape.MNIST))
        .withMessage(REFUSED + "OutputLayer layer1 takes 28 values, got 1");
  }

  static Stream<Arguments> digits() {
    CNN2DFormat nchw = CNN2DFormat.NCHW;
    CNN2DFormat nhwc = CNN2DFormat.NHWC;
    InputType flat = InputType.convolutionalFlat(28, 28, 1);
    return Stream.of(
        Arguments.of("a vector", of(InputType.feedForward(784), dense())),
        Arguments.of("an image of one channel", of(InputType.convolutional(28, 28, 1), dense())),
        Arguments.of("NHWC", of(InputType.convolutional(28, 28, 1, nhwc), dense())),
        Arguments.of("a flat image", of(flat, convolution(nchw))),
        Arguments.of("NCHW", of(InputType.convolutional(28, 28, 1, nchw), convolution(nchw))),
        Arguments.of("NHWC", of(InputType.convolutional(28, 28, 1, nhwc), convolution(nhwc))),
        Arguments.of("batch norm of pixels", of(InputType.feedForward(784), batchNorm(), dense())),
        Arguments.of("batch norm and nothing else", of(InputType.feedForward(784), batchNorm())),
        Arguments.of(
            "batch norm of an image",
            of(InputType.convolutional(28, 28, 1), batchNorm(), convolution(nchw))),
        Arguments.of(
            "batch norm of NHWC",
            of(InputType.convolutional(28, 28, 1, nhwc), batchNorm(), convolution(nhwc))),
        Arguments.of("batch norm of a flat image", of(flat, batchNorm(), convolution(nchw))),
        Arguments.of(
            "batch norm of an image, flattened",
            of(InputType.convolutional(28, 28, 1), batchNorm(), dense())),
        Arguments.of("low-level of pixels", of(InputType.feedForward(784), lowLevel(), dense())),
        Arguments.of(
            "low-level of an image",
            of(InputType.convolutional(28, 28, 1), lowLevel(), convolution(nchw))),
        Arguments.of(
            "low-level of NHWC",
            of(InputType.convolutional(28, 28, 1, nhwc), lowLevel(), convolution(nhwc))),
        Arguments.of(
            "an activation",
            of(InputType.feedForward(784), new ActivationLayer(Activation.TANH), dense())),
        Arguments.of(
            "a rectified image",
            of(
                InputType.convolutional(28, 28, 1),
                new ActivationLayer(Activation.RELU),
                batchNorm(),
                new ActivationLayer(Activation.RELU),
                convolution(nchw))));
  }

  @ParameterizedTest
  @MethodSource("digits")
  void aNetworkForTheDigitsTrainsAlikeOnBothEngines(String input, MultiLayerNetwork network) {
    BothEngines.answer(network, 1e-3, BothEngines.training(BATCH, 3));
  }

  static Stream<Arguments> shapes() {
    CNN2DFormat nhwc = CNN2DFormat.NHWC;
    return Stream.of(
        Arguments.of(ImageInput.FLAT, of(InputType.feedForward(784), dense())),
        Arguments.of(ImageInput.FLAT, of(InputType.convolutionalFlat(28, 28, 1), batchNorm())),
        Arguments.of(
            ImageInput.NCHW,
            of(
                InputType.convolutional(28, 28, 1),
                convolution(CNN2DFormat.NCHW),
                new GlobalPoolingLayer())),
        Arguments.of(
            ImageInput.NHWC,
            of(
                InputType.convolutional(28, 28, 1, nhwc),
                new SubsamplingLayer.Builder()
                    .convolutionMode(ConvolutionMode.Same)
                    .dataFormat(nhwc)
                    .build(),
                convolution(nhwc))),
        Arguments.of(
            ImageInput.NHWC,
            of(InputType.convolutional(28, 28, 1, nhwc), batchNorm(), convolution(nhwc))));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void theShapeIsTheOneThatTheNetworkWasConfiguredFor(ImageInput shape, MultiLayerNetwork network) {
    assertThat(ImageInput.of(network, ImageShape.MNIST)).isEqualTo(shape);
  }

  @Test
  void aGraphForOtherImagesIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ImageInput.of(graph(InputType.convolutionalFlat(49, 16, 1)), ImageShape.MNIST))
        .withMessage(REFUSED + "it takes images of 49 x 16 pixels and one channel");
    assertThat(ImageInput.of(graph(InputType.convolutionalFlat(28, 28, 1)), ImageShape.MNIST))
        .isEqualTo(ImageInput.FLAT);
    assertThat(ImageInput.of(graph(InputType.convolutional(28, 28, 1)), ImageShape.MNIST))
        .isEqualTo(ImageInput.NCHW);
  }

  private static ComputationGraph graph(InputType input) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("image")
                .addLayer("conv", convolution(CNN2DFormat.NCHW), "image")
                .addLayer(
                    "output", output(LossFunctions.LossFunction.MCXENT, Activation.SOFTMAX), "conv")
                .setOutputs("output")
                .setInputTypes(input)
                .build());
    graph.init();
    return graph;
  }
}
