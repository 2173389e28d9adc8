package io.bnzoo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;

/** Models that cannot be asked for digits say what they take, or give, instead. */
class OtherInputsTest {
  private static final LabeledImages DIGITS = TestDigits.draw(1, 1);

  static Stream<Arguments> models() {
    return Stream.of(
        Arguments.of("32 x 32 x 3", lenet(InputType.convolutional(32, 32, 3))),
        Arguments.of("32 x 32 x 3", lenet(InputType.convolutional(32, 32, 3, CNN2DFormat.NHWC))),
        Arguments.of("32 x 32 x 3", lenet(InputType.convolutionalFlat(32, 32, 3))),
        Arguments.of("64 x 48 x 1", lenet(InputType.convolutional(64, 48, 1))),
        Arguments.of("28 x 28 x 3", lenet(InputType.convolutional(28, 28, 3))),
        // As many values as a digit has.
        Arguments.of("49 x 16 x 1", lenet(InputType.convolutionalFlat(49, 16, 1))),
        Arguments.of("49 x 16 x 1", mlp(InputType.convolutional(49, 16, 1))),
        Arguments.of("49 x 16 x 1", mlp(InputType.convolutional(49, 16, 1, CNN2DFormat.NHWC))),
        Arguments.of("3,072 values", mlp(InputType.feedForward(3072))),
        Arguments.of("sequences of 28 values", recurrent()),
        Arguments.of("images of 3 channels", pooled(InputType.convolutional(40, 40, 3))),
        // So many strides that any size up to 64 will do.
        Arguments.of(
            "images of 3 channels",
            DeepCnn.builder()
                .input(ImageShape.withChannels(3).height(32).width(32))
                .build()
                .init()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void aModelOfOtherImagesIsRefusedByWhatItTakes(String taken, MultiLayerNetwork network) {
    String refusal = "the model takes " + taken + "; the images are 28 x 28 x 1";
    assertRefused(network, refusal);
    assertRefused(network.toComputationGraph(), refusal);
  }

  static Stream<MultiLayerNetwork> fitting() {
    return Stream.of(
        lenet(InputType.convolutional(28, 28, 1)),
        lenet(InputType.convolutional(28, 28, 1, CNN2DFormat.NHWC)),
        lenet(InputType.convolutionalFlat(28, 28, 1)),
        pooled(InputType.convolutional(28, 28, 1)),
        mlp(InputType.convolutional(28, 28, 1)),
        mlp(InputType.feedForward(784)));
  }

  @ParameterizedTest
  @MethodSource("fitting")
  void aModelOfDigitsIsTaken(MultiLayerNetwork network) {
    new ModelEvaluation(network, EngineChoice.AUTO, DIGITS).close();
    new ModelEvaluation(network.toComputationGraph(), EngineChoice.AUTO, DIGITS).close();
  }

  /** As transfer learning makes them. */
  @ParameterizedTest
  @MethodSource("fitting")
  void frozenLayersAreFollowed(MultiLayerNetwork network) {
    assumeThat(network.getnLayers()).as("layers, of which the last is not frozen").isGreaterThan(1);
    MultiLayerNetwork frozen = new TransferLearning.Builder(network).setFeatureExtractor(0).build();
    new ModelEvaluation(frozen, EngineChoice.AUTO, DIGITS).close();
    new ModelEvaluation(frozen.toComputationGraph(), EngineChoice.AUTO, DIGITS).close();
  }

  @Test
  void aModelOfAnotherNumberOfClassesIsRefused() {
    MultiLayerNetwork five = ThreeLayerMlp.builder().classes(5).build().init();
    assertRefused(five, "the model gives 5 classes; the images have 10");
    assertRefused(five.toComputationGraph(), "the model gives 5 classes; the images have 10");
    assertRefused(
        ThreeLayerMlp.builder().classes(12).build().init(),
        "the model gives 12 classes; the images have 10");
  }

  @Test
  void aGraphOfSeveralInputsIsRefused() {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("one", "two")
                .addLayer("output", output(), "one", "two")
                .setOutputs("output")
                .setInputTypes(InputType.feedForward(400), InputType.feedForward(384))
                .build());
    graph.init();
    assertRefused(graph, "the model has 2 input(s) and 1 output(s); it needs one of each");
  }

  private static void assertRefused(Model model, String refusal) {
    assertThat(refusal.length()).isLessThan(200);
    for (EngineChoice engine : EngineChoice.values()) {
      assertThatIllegalArgumentException()
          .as(engine.label())
          .isThrownBy(() -> new ModelEvaluation(model, engine, DIGITS))
          .withMessage(refusal);
    }
  }

  private static MultiLayerNetwork lenet(InputType input) {
    return network(
        input,
        new ConvolutionLayer.Builder(5, 5).nOut(2).build(),
        new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build(),
        new BatchNormalization.Builder().build(),
        new ConvolutionLayer.Builder(3, 3)
            .nOut(2)
            .stride(2, 2)
            .convolutionMode(ConvolutionMode.Same)
            .build(),
        output());
  }

  private static MultiLayerNetwork pooled(InputType input) {
    return network(
        input,
        new ZeroPaddingLayer.Builder(1, 1).build(),
        new ConvolutionLayer.Builder(3, 3).nOut(2).build(),
        new GlobalPoolingLayer.Builder().build(),
        output());
  }

  private static MultiLayerNetwork mlp(InputType input) {
    return network(input, output());
  }

  private static MultiLayerNetwork recurrent() {
    return network(
        InputType.recurrent(28),
        new LSTM.Builder().nOut(3).build(),
        new RnnOutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build());
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build();
  }

  private static MultiLayerNetwork network(InputType input, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder().seed(1).list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    MultiLayerNetwork network = new MultiLayerNetwork(list.setInputType(input).build());
    network.init();
    return network;
  }
}
