package io.bnzoo.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.bnzoo.data.ImageShape;
import io.bnzoo.experiment.Variants;
import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.ImageToSequence;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class ConfigurationLimitsTest {
  private static final List<StockNetwork> STOCK = StockNetwork.all();

  static List<StockNetwork> stock() {
    return STOCK;
  }

  static List<PublishedNetwork> published() {
    return PublishedNetwork.all();
  }

  static Stream<MultiLayerConfiguration> ours() {
    return Variants.all().stream()
        .flatMap(
            variant ->
                Stream.of(
                    DeepCnn.builder().normalization(variant).build().conf(),
                    ThreeLayerMlp.builder().normalization(variant).build().conf()));
  }

  @ParameterizedTest
  @MethodSource("stock")
  void networksOfAllKindsOfLayersPass(StockNetwork network) {
    assertPasses(network.json());
  }

  @ParameterizedTest
  @MethodSource("published")
  void theNetworksOfDeeplearning4jsZooPass(PublishedNetwork network) {
    assertPasses(network.json());
  }

  @ParameterizedTest
  @MethodSource("ours")
  void theNetworksOfThisZooPass(MultiLayerConfiguration configuration) {
    assertPasses(configuration.toJson());
  }

  @Test
  void aNetworkOfManySmallLayersPasses() {
    ListBuilder builder = new NeuralNetConfiguration.Builder().list();
    for (int i = 0; i < 2000; i++) {
      builder.layer(new ActivationLayer(Activation.RELU));
    }
    builder.layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build());
    assertPasses(builder.setInputType(InputType.feedForward(784)).build().toJson());
  }

  /** Of a size that is none of those that are guessed. */
  @Test
  void anImageThatIsShownStepByStepPasses() {
    ImageShape shape = ImageShape.withChannels(3).height(50).width(40);
    GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("image")
            .setInputTypes(InputType.convolutional(50, 40, 3))
            .addVertex("rows", new PreprocessorVertex(ImageToSequence.rows(shape)), "image")
            .addLayer("lstm", new LastTimeStep(new LSTM.Builder().nOut(8).build()), "rows")
            .addLayer(
                "out",
                new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build(),
                "lstm")
            .setOutputs("out");
    assertPasses(builder.build().toJson());
  }

  @Test
  void runningStatisticsOfManyStepsCostNoTime() {
    ListBuilder builder = new NeuralNetConfiguration.Builder().list();
    for (int i = 0; i < 2; i++) {
      builder.layer(new BatchNormLstm.Builder(784).nOut(1000).build());
    }
    builder
        .inputPreProcessor(0, ImageToSequence.pixels(ImageShape.MNIST))
        .layer(
            new RnnOutputLayer.Builder(LossFunction.MCXENT)
                .nOut(10)
                .activation(Activation.SOFTMAX)
                .build())
        .setInputType(InputType.convolutionalFlat(28, 28, 1));
    assertPasses(builder.build().toJson());
  }

  @Test
  void aVertexMayBeNamedAsAnArrayIs() {
    GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("data")
            .setInputTypes(InputType.feedForward(7))
            .addLayer("shape", new DenseLayer.Builder().nOut(5).build(), "data")
            .addLayer("weights", new DenseLayer.Builder().nOut(5).build(), "shape")
            .addLayer(
                "dataType",
                new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build(),
                "weights")
            .setOutputs("dataType");
    assertPasses(builder.build().toJson());
  }

  @Test
  void twoInputsOfDifferentKindsPass() {
    GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("image", "vector")
            .setInputTypes(InputType.convolutional(20, 20, 3), InputType.feedForward(7))
            .addLayer("conv", new ConvolutionLayer.Builder(3, 3).nOut(4).build(), "image")
            .addLayer("pool", new GlobalPoolingLayer(), "conv")
            .addVertex("both", new MergeVertex(), "pool", "vector")
            .addLayer(
                "out",
                new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build(),
                "both")
            .setOutputs("out");
    assertPasses(builder.build().toJson());
  }

  @Test
  void inputsThatAGraphJoinsPass() {
    for (InputType type : List.of(InputType.feedForward(7), InputType.convolutional(20, 20, 3))) {
      GraphBuilder builder =
          new NeuralNetConfiguration.Builder()
              .graphBuilder()
              .addInputs("one", "other")
              .setInputTypes(type, type)
              .addVertex("both", new MergeVertex(), "one", "other")
              .addLayer(
                  "first",
                  type instanceof InputType.InputTypeConvolutional
                      ? new ConvolutionLayer.Builder(3, 3).nOut(4).build()
                      : new DenseLayer.Builder().nOut(4).build(),
                  "both")
              .addLayer(
                  "out",
                  new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build(),
                  "first")
              .setOutputs("out");
      assertPasses(builder.build().toJson());
    }
  }

  @Test
  void anInputThatAGraphPartsPasses() {
    GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.feedForward(20))
            .addVertex("start", new SubsetVertex(0, 9), "in")
            .addVertex("end", new SubsetVertex(10, 19), "in")
            .addLayer("one", new DenseLayer.Builder().nOut(4).build(), "start")
            .addLayer("other", new DenseLayer.Builder().nOut(4).build(), "end")
            .addLayer(
                "out",
                new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build(),
                "one",
                "other")
            .setOutputs("out");
    assertPasses(builder.build().toJson());
  }

  @Test
  void aLayerIsNamedByItsNameAndAPreprocessorByItsLayer() {
    String json = STOCK.stream().filter(n -> n.name().equals("images")).findFirst().get().json();
    assertThat(refusal(json.replace("\"inputHeight\" : 12", "\"inputHeight\" : -1")))
        .isEqualTo(
            "its preprocessor of layer 0 has the inputHeight -1, which must be from 0 to 16777216");
    assertThat(refusal(json.replace("\"dilation\" : [ 1, 1 ]", "\"dilation\" : [ 1, 0 ]")))
        .isEqualTo("its layer layer1 has the dilation 0, which must be from 1 to 4096");
  }

  private static void assertPasses(String json) {
    assertThatCode(() -> check(json)).doesNotThrowAnyException();
  }

  private static void check(String json) throws IOException {
    if (json.contains("\"networkInputs\"")) {
      ConfigurationLimits.check(ComputationGraphConfiguration.fromJson(json));
    } else {
      ConfigurationLimits.check(MultiLayerConfiguration.fromJson(json));
    }
  }

  private static String refusal(String json) {
    try {
      check(json);
      return "not refused";
    } catch (IOException | RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
