package io.bnzoo.toolbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bnzoo.data.ImageShape;
import io.bnzoo.engine.RandomNetwork;
import io.bnzoo.layer.ChannelwiseBias;
import io.bnzoo.layer.LowLevelBatchNormalization;
import io.bnzoo.zoo.ImageLstm;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.StockModel;
import io.bnzoo.zoo.Zoo;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class FoldingTest {
  private static final int SIDE = 6;
  private static final int CHANNELS = 3;
  private static final String ACTIVATION = "the activation .* of .* is in between";

  /** A layer by what it is, for a test's name. */
  private record Named(String name, FeedForwardLayer layer) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Named> linearLayers() {
    return Stream.of(
        new Named("dense", new DenseLayer.Builder().nOut(5).hasBias(false).build()),
        new Named("dense with bias", new DenseLayer.Builder().nOut(5).build()),
        new Named("convolution", new ConvolutionLayer.Builder(3, 2).nOut(5).hasBias(false).build()),
        new Named(
            "strided convolution with bias",
            new ConvolutionLayer.Builder(3, 3).nOut(5).stride(2, 2).build()),
        new Named("depthwise", new DepthwiseConvolution2D.Builder(2, 3).depthMultiplier(2).build()),
        new Named(
            "separable",
            new SeparableConvolution2D.Builder(3, 2).depthMultiplier(2).nOut(5).build()));
  }

  static Stream<Named> layersToFollow() {
    return Stream.concat(
        linearLayers(),
        Stream.of(
            new Named("transposed", new Deconvolution2D.Builder(3, 2).nOut(5).stride(2, 2).build()),
            new Named(
                "padding convolution",
                new ConvolutionLayer.Builder(3, 3)
                    .nOut(5)
                    .convolutionMode(ConvolutionMode.Same)
                    .build())));
  }

  private static NeuralNetConfiguration.Builder settings() {
    return new NeuralNetConfiguration.Builder().seed(5).activation(Activation.IDENTITY);
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder().nOut(4).activation(Activation.SOFTMAX).build();
  }

  private static MultiLayerNetwork sequence(InputType input, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = settings().list();
    for (Layer layer : layers) {
      list.layer(layer.clone());
    }
    MultiLayerNetwork network = new MultiLayerNetwork(list.setInputType(input).build());
    network.init();
    SamePredictions.disturb(network, 3);
    return network;
  }

  private static InputType images(CNN2DFormat format) {
    return InputType.convolutional(SIDE, SIDE, CHANNELS, format);
  }

  private static INDArray pictures(CNN2DFormat format) {
    return format == CNN2DFormat.NCHW
        ? SamePredictions.random(4, CHANNELS, SIDE, SIDE)
        : SamePredictions.random(4, SIDE, SIDE, CHANNELS);
  }

  private static FoldedModel assertPredictsTheSame(Model model, INDArray... features) {
    INDArray before = model.params().dup();
    FoldedModel folded = Folding.of(model);
    SamePredictions.assertSame(
        SamePredictions.predictions(folded.model(), features),
        SamePredictions.predictions(model, features));
    PredictionComparison comparison = new PredictionComparison(model, folded.model());
    comparison.add(new ModelInputs(List.of(), List.of(features)));
    assertThat(comparison.result().relative()).isLessThan(1e-4);
    assertThat(model.params()).as("the model itself").isEqualTo(before);
    return folded;
  }

  private static INDArray inputFor(Named named, CNN2DFormat format) {
    return named.layer() instanceof DenseLayer ? SamePredictions.random(4, 7) : pictures(format);
  }

  private static InputType typeFor(Named named, CNN2DFormat format) {
    return named.layer() instanceof DenseLayer ? InputType.feedForward(7) : images(format);
  }

  private static Layer formatted(Named named, CNN2DFormat format) {
    Layer layer = named.layer().clone();
    if (layer instanceof ConvolutionLayer images) {
      images.setCnn2dDataFormat(format);
    }
    return layer;
  }

  private static boolean hasChannelsLast(Layer layer) {
    return layer instanceof ConvolutionLayer && !(layer instanceof Deconvolution2D);
  }

  private static BatchNormalization normalization(CNN2DFormat format, boolean logarithms) {
    return new BatchNormalization.Builder()
        .dataFormat(format)
        .useLogStd(logarithms)
        .eps(1e-2)
        .build();
  }

  @ParameterizedTest
  @MethodSource("layersToFollow")
  void aNormalizationGoesIntoTheLayerBeforeIt(Named named) {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      if (format == CNN2DFormat.NHWC && !hasChannelsLast(named.layer())) {
        continue;
      }
      MultiLayerNetwork model =
          sequence(
              typeFor(named, format),
              formatted(named, format),
              normalization(format, format == CNN2DFormat.NHWC),
              new ActivationLayer(Activation.TANH),
              output());
      FoldedModel folded = assertPredictsTheSame(model, inputFor(named, format));
      assertThat(folded.kept()).isEmpty();
      assertThat(((MultiLayerNetwork) folded.model()).getnLayers()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @MethodSource("linearLayers")
  void aNormalizationGoesIntoTheLayerBehindIt(Named named) {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      if (format == CNN2DFormat.NHWC && !hasChannelsLast(named.layer())) {
        continue;
      }
      MultiLayerNetwork model =
          sequence(
              typeFor(named, format),
              normalization(format, format == CNN2DFormat.NCHW),
              formatted(named, format),
              output());
      FoldedModel folded = assertPredictsTheSame(model, inputFor(named, format));
      assertThat(folded.folded())
          .containsExactly(new FoldedModel.Folded("layer0", List.of("layer1")));
      assertThat(((MultiLayerNetwork) folded.model()).getnLayers()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void aNormalizationGoesThroughAFlattening(CNN2DFormat format) {
    MultiLayerNetwork model =
        sequence(
            images(format),
            new ConvolutionLayer.Builder(2, 2)
                .nOut(5)
                .activation(Activation.RELU)
                .dataFormat(format)
                .build(),
            normalization(format, false),
            new DropoutLayer(0.5),
            new DenseLayer.Builder().nOut(6).activation(Activation.RELU).build(),
            output());
    FoldedModel folded = assertPredictsTheSame(model, pictures(format));
    assertThat(folded.folded())
        .containsExactly(new FoldedModel.Folded("layer1", List.of("layer3")));
  }

  @Test
  void lowLevelLayersAndBiasesOfTheirOwnGo() {
    MultiLayerNetwork model =
        sequence(
            images(CNN2DFormat.NCHW),
            new ConvolutionLayer.Builder(3, 3).nOut(5).hasBias(false).build(),
            new LowLevelBatchNormalization.Builder().build(),
            new ChannelwiseBias.Builder().build(),
            new ActivationLayer(Activation.RELU),
            output());
    FoldedModel folded = assertPredictsTheSame(model, pictures(CNN2DFormat.NCHW));
    assertThat(folded.folded()).hasSize(3);
    assertThat(((MultiLayerNetwork) folded.model()).getnLayers()).isEqualTo(2);
  }

  @Test
  void frozenLayersStayFrozen() {
    MultiLayerNetwork model =
        sequence(
            InputType.feedForward(7),
            new FrozenLayer(
                new DenseLayer.Builder()
                    .nOut(5)
                    .activation(Activation.IDENTITY)
                    .hasBias(false)
                    .build()),
            new FrozenLayer(normalization(CNN2DFormat.NCHW, true)),
            new ActivationLayer(Activation.RELU),
            output());
    FoldedModel folded = assertPredictsTheSame(model, SamePredictions.random(4, 7));
    MultiLayerConfiguration made =
        ((MultiLayerNetwork) folded.model()).getLayerWiseConfigurations();
    assertThat(made.getConfs()).hasSize(2);
    assertThat(made.getConf(0).getLayer()).isInstanceOf(FrozenLayer.class);
  }

  @Test
  void lockedNumbersOtherThanOneAndZeroAreInDoubt() {
    for (double gamma : new double[] {1, 2}) {
      MultiLayerNetwork model =
          sequence(
              images(CNN2DFormat.NCHW),
              new ConvolutionLayer.Builder(3, 3).nOut(5).build(),
              new BatchNormalization.Builder().lockGammaBeta(true).gamma(gamma).build(),
              output());
      FoldedModel folded = assertPredictsTheSame(model, pictures(CNN2DFormat.NCHW));
      assertThat(folded.kept()).hasSize(gamma == 1 ? 0 : 1);
    }
  }

  @Test
  void whatWouldNotBeExactIsKeptWithItsReasons() {
    MultiLayerNetwork model =
        sequence(
            images(CNN2DFormat.NCHW),
            new ConvolutionLayer.Builder(3, 3)
                .name("first")
                .nOut(5)
                .activation(Activation.RELU)
                .build(),
            new BatchNormalization.Builder().name("norm").build(),
            new ConvolutionLayer.Builder(3, 3).name("second").nOut(5).padding(1, 1).build(),
            output());
    FoldedModel folded = assertPredictsTheSame(model, pictures(CNN2DFormat.NCHW));
    assertThat(folded.folded()).isEmpty();
    assertThat(folded.kept())
        .containsExactly(
            new FoldedModel.Kept(
                "norm",
                "the activation relu of first is in between",
                "second pads with zeros, which are not normalized"));
  }

  /** Deeplearning4j builds both models, and neither predicts. */
  @Test
  void sequencesAndVolumesAreRefusedByTheirLayersNames() {
    BatchNormalization norm = new BatchNormalization.Builder().name("norm").build();
    MultiLayerNetwork sequences =
        sequence(
            InputType.recurrent(CHANNELS, SIDE),
            new Convolution1DLayer.Builder(3).name("along").nOut(5).build(),
            norm,
            new RnnOutputLayer.Builder().name("last").nOut(2).build());
    assertThat(Folding.of(sequences).kept())
        .containsExactly(
            new FoldedModel.Kept(
                "norm",
                "along has sequences, whose examples batch norm takes for features",
                "last is no linear layer"));
    assertThatThrownBy(() -> sequences.output(SamePredictions.random(2, CHANNELS, SIDE)))
        .hasMessageContaining("does not match expected input size");
    MultiLayerNetwork volumes =
        sequence(
            InputType.convolutional3D(Convolution3D.DataFormat.NCDHW, SIDE, SIDE, SIDE, CHANNELS),
            new Convolution3D.Builder(3, 3, 3).name("deep").nOut(5).build(),
            norm,
            output());
    assertThat(Folding.of(volumes).kept())
        .extracting(FoldedModel.Kept::before)
        .containsExactly("deep has volumes, which batch norm does not take");
    assertThatThrownBy(() -> volumes.output(SamePredictions.random(2, CHANNELS, SIDE, SIDE, SIDE)))
        .hasMessageContaining("rank 5");
  }

  @Test
  void inAGraphBranchesDecide() {
    ComputationGraph model =
        new ComputationGraph(
            settings()
                .graphBuilder()
                .addInputs("in")
                .addLayer("shared", new DenseLayer.Builder().nOut(5).build(), "in")
                .addLayer("kept", new BatchNormalization(), "shared")
                .addLayer("own", new DenseLayer.Builder().nOut(5).build(), "shared")
                .addLayer("gone", new BatchNormalization(), "own")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "kept", "gone")
                .addLayer("spread", new BatchNormalization(), "sum")
                .addLayer("one", output(), "spread")
                .addLayer("two", new DenseLayer.Builder().nOut(3).build(), "spread")
                .addLayer("last", new BatchNormalization(), "two")
                .setOutputs("one", "last")
                .setInputTypes(InputType.feedForward(7))
                .build());
    model.init();
    SamePredictions.disturb(model, 4);
    FoldedModel folded = assertPredictsTheSame(model, SamePredictions.random(4, 7));
    assertThat(folded.folded())
        .containsExactlyInAnyOrder(
            new FoldedModel.Folded("gone", List.of("own")),
            new FoldedModel.Folded("spread", List.of("one", "two")),
            new FoldedModel.Folded("last", List.of("two")));
    assertThat(folded.kept())
        .containsExactly(
            new FoldedModel.Kept(
                "kept", "kept and own all take what shared computes", "sum is no linear layer"));
    ComputationGraph made = (ComputationGraph) folded.model();
    assertThat(made.getConfiguration().getNetworkOutputs()).containsExactly("one", "last");
    assertThat(made.getConfiguration().getVertices())
        .containsOnlyKeys("shared", "kept", "own", "sum", "one", "last");
  }

  @Test
  void doublesStayDoubles() {
    MultiLayerNetwork model =
        new MultiLayerNetwork(
            settings()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new DenseLayer.Builder().nIn(7).nOut(5).build())
                .layer(new BatchNormalization.Builder().nIn(5).nOut(5).build())
                .layer(new OutputLayer.Builder().nIn(5).nOut(3).build())
                .build());
    model.init();
    SamePredictions.disturb(model, 3);
    FoldedModel folded =
        assertPredictsTheSame(model, SamePredictions.random(4, 7).castTo(DataType.DOUBLE));
    assertThat(folded.model().params().dataType()).isEqualTo(DataType.DOUBLE);
  }

  /** Of few images, since the largest take seconds for each of them. */
  @ParameterizedTest
  @EnumSource(StockModel.class)
  void stockModelsPredictTheSame(StockModel stock) {
    int side = stock.smallSize().height();
    Model model = stock.build(ImageShape.withChannels(3).height(side).width(side), 10);
    SamePredictions.disturb(model, 3);
    FoldedModel folded = assertPredictsTheSame(model, SamePredictions.random(2, 3, side, side));
    assertThat(BatchNorm.allOf(folded.model()))
        .extracting(BatchNorm::name)
        .containsExactlyInAnyOrderElementsOf(
            folded.kept().stream().map(FoldedModel.Kept::layer).toList());
    switch (stock) {
      case XCEPTION, INCEPTION_RESNET_V1 ->
          assertThat(folded.kept())
              .isNotEmpty()
              .allSatisfy(layer -> assertThat(layer.before()).matches(ACTIVATION));
      default -> assertThat(folded.kept()).isEmpty();
    }
  }

  static Stream<Arguments> variants() {
    return Zoo.entries().stream()
        .filter(entry -> !entry.id().equals(ImageLstm.ID)) // It normalizes within its one layer.
        .flatMap(
            entry ->
                Stream.of(
                        Normalization.batchNorm(),
                        Normalization.lowLevel(),
                        Normalization.speltOut())
                    .flatMap(kind -> kind.inEveryPlacement().stream())
                    .map(kind -> Arguments.of(entry.id(), kind)));
  }

  @ParameterizedTest
  @MethodSource("variants")
  void theZoosModelsPredictTheSame(String id, Normalization normalization) {
    MultiLayerNetwork model = zoo(id, normalization);
    FoldedModel folded = assertPredictsTheSame(model, digits(id));
    assertThat(folded.folded()).isNotEmpty();
    if (!(id.equals("deep-cnn") && normalization.label().contains("-after"))) {
      assertThat(folded.kept()).isEmpty();
    }
  }

  /** Few of the networks have what can be folded. */
  static LongStream seeds() {
    return LongStream.range(0, 100).filter(seed -> !folded(seed).folded().isEmpty());
  }

  private static FoldedModel folded(long seed) {
    return Folding.of((Model) new RandomNetwork(seed).network());
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void randomNetworksPredictTheSame(long seed) {
    RandomNetwork drawn = new RandomNetwork(seed);
    ModelInputs inputs = ModelInputs.random(List.of(drawn.inputTypes()), 1000);
    assertPredictsTheSame((Model) drawn.network(), inputs.copies());
  }

  @Test
  void whatIsSavedIsDeeplearning4jsOwn(@TempDir Path folder) throws IOException {
    MultiLayerNetwork model = zoo("deep-cnn", Normalization.lowLevel());
    File file = folder.resolve("small.zip").toFile();
    ModelSerializer.writeModel(Folding.of(model).model(), file, false);
    INDArray digits = digits("deep-cnn");
    MultiLayerNetwork read = ModelSerializer.restoreMultiLayerNetwork(file);
    assertThat(read.getLayerWiseConfigurations().toJson()).doesNotContain("bnzoo");
    SamePredictions.assertSame(
        SamePredictions.predictions(read, digits), SamePredictions.predictions(model, digits));
  }

  private static MultiLayerNetwork zoo(String id, Normalization normalization) {
    MultiLayerNetwork model =
        Zoo.find(id).orElseThrow().builder().get().normalization(normalization).build().init();
    SamePredictions.disturb(model, 3);
    return model;
  }

  private static INDArray digits(String model) {
    return model.equals("mlp")
        ? SamePredictions.random(1000, 784)
        : SamePredictions.random(1000, 28, 28, 1);
  }
}
