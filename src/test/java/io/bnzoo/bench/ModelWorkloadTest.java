package io.bnzoo.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.bnzoo.bench.ModelWorkload.Task;
import io.bnzoo.data.ImageSize;
import io.bnzoo.onednn.OneDnn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class ModelWorkloadTest {
  @TempDir Path folder;

  @BeforeEach
  void withOneDnn() {
    assumeThat(OneDnn.obstacle()).isEmpty();
  }

  static Stream<Arguments> outputs() {
    INDArray anchors = Nd4j.create(new float[][] {{1, 1}, {2, 2}});
    return Stream.of(
        Arguments.of("classes", 3, output()),
        Arguments.of(
            "pixels",
            3,
            new CnnLossLayer.Builder(LossFunction.XENT).activation(Activation.SIGMOID).build()),
        Arguments.of(
            "boxes",
            2 * (5 + 3),
            new Yolo2OutputLayer.Builder().boundingBoxPriors(anchors).build()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("outputs")
  void everyKindOfLabelsIsMadeAndTrainedOn(String kind, int channels, Layer output)
      throws IOException {
    MeasuredModel model =
        saved(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(channels).build())
                .layer(output)
                .setInputType(InputType.convolutional(8, 8, 1)),
            Optional.of(new ImageSize(8, 8)));
    try (ModelWorkload workload = new ModelWorkload(model, Setup.ONEDNN)) {
      assertThat(workload.obstacle(Task.TRAINING)).isEmpty();
      assertThat(workload.milliseconds(Task.TRAINING, 3)).hasSize(3).doesNotContain(0);
      assertThat(workload.score()).isFinite().isPositive();
      assertThat(workload.milliseconds(Task.PREDICTION, 2)).hasSize(2).doesNotContain(0);
    }
  }

  @Test
  void aModelWithoutALossOnlyPredicts() throws IOException {
    MeasuredModel model = new MeasuredModel("SimpleCNN", Optional.of(new ImageSize(32, 32)), 2);
    try (ModelWorkload workload = new ModelWorkload(model, Setup.ONEDNN)) {
      assertThat(workload.obstacle(Task.TRAINING)).contains("it has no loss to be trained by");
      assertThat(workload.obstacle(Task.PREDICTION)).isEmpty();
    }
  }

  @Test
  void whatOneDnnDoesNotRunIsSaidOfOneDnnAlone() throws IOException {
    MeasuredModel model =
        saved(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(2).build())
                .layer(
                    new LocallyConnected2D.Builder().kernelSize(3, 3).nOut(2).name("local").build())
                .layer(output())
                .setInputType(InputType.convolutional(8, 8, 1)));
    try (ModelWorkload fast = new ModelWorkload(model, Setup.ONEDNN);
        ModelWorkload slow = new ModelWorkload(model, Setup.DL4J)) {
      assertThat(fast.obstacle(Task.TRAINING))
          .contains(
              "oneDNN does not run it, because there is no kernel for LocallyConnected2D local")
          .isEqualTo(fast.obstacle(Task.PREDICTION));
      assertThat(slow.obstacle(Task.TRAINING)).isEmpty();
      assertThat(slow.milliseconds(Task.TRAINING, 1)[0]).isPositive();
    }
  }

  @Test
  void aSavedModelIsGivenWhatItTakes() throws IOException {
    MeasuredModel model =
        saved(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder().nOut(3).build())
                .layer(output())
                .setInputType(InputType.feedForward(5)));
    try (ModelWorkload workload = new ModelWorkload(model, Setup.ONEDNN)) {
      assertThat(workload.milliseconds(Task.TRAINING, 4)).hasSize(4).doesNotContain(0);
    }
  }

  @Test
  void aModelOfSequencesIsRefused() throws IOException {
    MeasuredModel model =
        saved(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new LSTM.Builder().nOut(3).build())
                .layer(new RnnOutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.recurrent(5)));
    assertThatIOException()
        .isThrownBy(() -> new ModelWorkload(model, Setup.ONEDNN))
        .withMessage(model.name() + ": it takes neither images nor vectors");
  }

  @Test
  void anotherSizeThanASavedModelsIsRefusedWithItsFile() throws IOException {
    MeasuredModel model =
        saved(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(2).build())
                .layer(output())
                .setInputType(InputType.convolutionalFlat(8, 8, 1)));
    MeasuredModel other = new MeasuredModel(model.name(), Optional.of(new ImageSize(9, 9)), 2);
    assertThat(model.load().inputs()).containsExactly(InputType.feedForward(64));
    assertThatIOException()
        .isThrownBy(other::load)
        .withMessage(model.name() + ": it takes images of 8x8, got 9x9");
  }

  @Test
  void batchesOfNothingAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MeasuredModel("LeNet", Optional.empty(), 0))
        .withMessage("batchSize must be at least 1, got 0");
  }

  private MeasuredModel saved(NeuralNetConfiguration.ListBuilder layers) throws IOException {
    return saved(layers, Optional.empty());
  }

  private MeasuredModel saved(
      NeuralNetConfiguration.ListBuilder layers, Optional<ImageSize> imageSize) throws IOException {
    MultiLayerNetwork network = new MultiLayerNetwork(layers.build());
    network.init();
    Path file = folder.resolve("model.zip");
    ModelSerializer.writeModel(network, file.toFile(), true);
    return new MeasuredModel(file.toString(), imageSize, 2);
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build();
  }
}
