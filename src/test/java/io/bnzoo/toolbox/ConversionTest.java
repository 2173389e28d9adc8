package io.bnzoo.toolbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bnzoo.layer.LowLevelBatchNormalization;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

class ConversionTest {
  private static final INDArray PICTURES = SamePredictions.random(3, 4, 8, 6);

  static Stream<Normalization> variants() {
    return Stream.of(Normalization.batchNorm(), Normalization.lowLevel(), Normalization.speltOut())
        .flatMap(kind -> kind.inEveryPlacement().stream());
  }

  private static void assertSame(Model found, Model expected, INDArray features) {
    SamePredictions.assertSame(
        SamePredictions.predictions(found, features),
        SamePredictions.predictions(expected, features));
  }

  @ParameterizedTest
  @MethodSource("variants")
  void normalizationsAreExchangedThereAndBack(Normalization normalization, @TempDir Path folder)
      throws IOException {
    MultiLayerNetwork model =
        Zoo.find("mlp").orElseThrow().builder().get().normalization(normalization).build().init();
    SamePredictions.disturb(model, 2);
    INDArray digits = SamePredictions.random(5, 784);
    boolean stock = normalization instanceof Normalization.BatchNorm;
    MultiLayerNetwork other =
        (MultiLayerNetwork) (stock ? Conversion.toLowLevel(model) : Conversion.toBatchNorm(model));
    assertSame(other, model, digits);
    Path file = folder.resolve("other.zip");
    ModelFiles.save(other, file);
    assertSame(ModelFiles.load(file), model, digits);
    assertThat(BatchNorm.allOf(other))
        .hasSameSizeAs(BatchNorm.allOf(model))
        .allSatisfy(
            layer ->
                assertThat(layer.configuration())
                    .isInstanceOf(
                        stock ? LowLevelBatchNormalization.class : BatchNormalization.class));
    assertSame(stock ? Conversion.toBatchNorm(other) : Conversion.toLowLevel(other), model, digits);
    INDArray labels = SamePredictions.random(5, 10);
    model.fit(new DataSet(digits, labels));
    other.fit(new DataSet(digits, labels));
    assertSame(other, model, digits);
  }

  @Test
  void frozenNormalizationsStayFrozen() {
    MultiLayerNetwork model =
        sequence(
            new ConvolutionLayer.Builder(2, 2).nOut(3).build(),
            new FrozenLayer(new BatchNormalization()),
            output());
    Model other = Conversion.toLowLevel(model);
    assertSame(other, model, PICTURES);
    assertThat(BatchNorm.allOf(other)).singleElement().matches(BatchNorm::isFrozen);
  }

  @Test
  void aModelWithoutTheOneKindIsRefused() {
    MultiLayerNetwork model = sequence(new BatchNormalization(), output());
    assertThatThrownBy(() -> Conversion.toBatchNorm(model))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the model has no LowLevelBatchNormalization; its batch norm layers are"
                + " BatchNormalization");
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder().nOut(4).activation(Activation.SOFTMAX).build();
  }

  private static MultiLayerNetwork sequence(Layer... layers) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(5)
            .activation(Activation.TANH)
            .inferenceWorkspaceMode(WorkspaceMode.NONE) // Which a cropped image is not always in.
            .list();
    for (Layer layer : layers) {
      list.layer(layer.clone());
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(list.setInputType(InputType.convolutional(8, 6, 4)).build());
    network.init();
    SamePredictions.disturb(network, 3);
    return network;
  }

  static List<Layer> layersOfImages() {
    return List.of(
        new ConvolutionLayer.Builder(3, 2).nOut(5).convolutionMode(ConvolutionMode.Same).build(),
        new DepthwiseConvolution2D.Builder(3, 2).depthMultiplier(2).build(),
        new SeparableConvolution2D.Builder(3, 2).depthMultiplier(2).nOut(5).build(),
        new SubsamplingLayer.Builder(PoolingType.MAX).kernelSize(2, 2).stride(2, 1).build(),
        new ZeroPaddingLayer.Builder(1, 2, 0, 1).build(),
        new Cropping2D.Builder(1, 2, 0, 1).build(),
        new Upsampling2D.Builder().size(new int[] {2, 3}).build(),
        new SpaceToDepthLayer.Builder<>(2, CNN2DFormat.NCHW).build(),
        new LocalResponseNormalization.Builder().n(3).alpha(0.1).build(),
        new BatchNormalization(),
        new LowLevelBatchNormalization.Builder().build());
  }

  @ParameterizedTest
  @MethodSource("layersOfImages")
  void imagesAreTakenInTheOtherOrder(Layer layer) {
    MultiLayerNetwork model =
        sequence(
            layer,
            new ActivationLayer(Activation.RELU),
            new DenseLayer.Builder().nOut(7).build(),
            new BatchNormalization(),
            output());
    Model other = Conversion.toFormat(model, CNN2DFormat.NHWC);
    SamePredictions.assertSame(
        SamePredictions.predictions(other, PICTURES.permute(0, 2, 3, 1)),
        SamePredictions.predictions(model, PICTURES));
    assertSame(Conversion.toFormat(other, CNN2DFormat.NCHW), model, PICTURES);
  }

  @Test
  void flatImagesAreTakenAsImages() {
    MultiLayerNetwork model =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ConvolutionLayer.Builder(3, 2).nOut(5).build())
                .layer(new GlobalPoolingLayer(PoolingType.AVG))
                .layer(output())
                .setInputType(InputType.convolutionalFlat(8, 6, 4))
                .build());
    model.init();
    Model other = Conversion.toFormat(model, CNN2DFormat.NHWC);
    SamePredictions.assertSame(
        SamePredictions.predictions(other, PICTURES.permute(0, 2, 3, 1)),
        SamePredictions.predictions(model, PICTURES.reshape('c', 3, 4 * 8 * 6)));
  }

  private static ComputationGraph graph(GraphVertex behind) {
    ComputationGraph model =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("one", new ConvolutionLayer.Builder(1, 1).nOut(3).build(), "in")
                .addLayer("norm", new BatchNormalization(), "in")
                .addVertex("both", new MergeVertex(), "one", "norm")
                .addVertex("behind", behind, "both")
                .addLayer("last", output(), "behind")
                .setOutputs("last")
                .setInputTypes(InputType.convolutional(8, 6, 4))
                .build());
    model.init();
    SamePredictions.disturb(model, 3);
    return model;
  }

  @Test
  void graphsMergeTheOtherAxis() {
    ComputationGraph model = graph(new ScaleVertex(0.5));
    Model other = Conversion.toFormat(model, CNN2DFormat.NHWC);
    SamePredictions.assertSame(
        SamePredictions.predictions(other, PICTURES.permute(0, 2, 3, 1)),
        SamePredictions.predictions(model, PICTURES));
  }

  @Test
  void whatKnowsOneOrderIsNamed() {
    assertThatThrownBy(() -> Conversion.toFormat(graph(new SubsetVertex(1, 1)), CNN2DFormat.NHWC))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("behind cannot be converted to NHWC: it is a SubsetVertex");
  }
}
