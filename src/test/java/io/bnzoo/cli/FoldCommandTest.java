package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.toolbox.BatchNorm;
import io.bnzoo.toolbox.SamePredictions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;

/** The commands {@code fold} and {@code convert}. */
class FoldCommandTest extends CommandRun {
  private Path given() {
    return folder.resolve("given.zip");
  }

  private Path made() {
    return folder.resolve("made.zip");
  }

  private int make(String command, String... more) {
    String[] start = {command, given().toString(), "-o", made().toString()};
    return run(with(start, more));
  }

  /** Its second batch normalization cannot be folded into anything. */
  private ComputationGraph graph() throws IOException {
    ComputationGraph model =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("fc", dense(Activation.IDENTITY), "in")
                .addLayer("fc-bn", new BatchNormalization(), "fc")
                .addLayer("last", dense(Activation.RELU), "fc-bn")
                .addLayer("last-bn", new BatchNormalization(), "last")
                .setOutputs("last-bn")
                .setInputTypes(InputType.feedForward(784))
                .build());
    model.init();
    SamePredictions.disturb(model, 1);
    ModelSerializer.writeModel(model, given().toFile(), true);
    return model;
  }

  private static DenseLayer dense(Activation activation) {
    return new DenseLayer.Builder().nOut(10).activation(activation).build();
  }

  private MultiLayerNetwork network() throws IOException {
    MultiLayerNetwork model =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .activation(Activation.IDENTITY)
                .list()
                .layer(new ConvolutionLayer.Builder(5, 5).stride(3, 3).nOut(4).build())
                .layer(new BatchNormalization())
                .layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.convolutional(28, 28, 1))
                .build());
    model.init();
    SamePredictions.disturb(model, 1);
    ModelSerializer.writeModel(model, given().toFile(), true);
    return model;
  }

  @Test
  void aFoldedModelIsWrittenWithWhatWasDone() throws IOException {
    MultiLayerNetwork model = network();
    ModelSerializer.addNormalizerToModel(given().toFile(), new ImagePreProcessingScaler());
    assertThat(make("fold", "--data", "generated", "--json")).as(err.toString()).isZero();
    JsonNode document = json(out.toString());
    assertThat(document.at("/folded/0/layer").asText()).isEqualTo("layer1");
    assertThat(document.at("/folded/0/into/0").asText()).isEqualTo("layer0");
    assertThat(document.at("/comparedOn").asText()).contains("generated");
    assertThat(document.at("/logits/examples").asInt()).isEqualTo(1000);
    assertThat(document.at("/speed/0/engine").asText()).isEqualTo("dl4j");
    assertThat(document.at("/speed/0/gain").asDouble()).isPositive();
    StoredModel stored = ModelFiles.open(made());
    assertThat(stored.normalizer()).isPresent();
    assertThat(stored.manifest().orElseThrow().changes())
        .singleElement()
        .asString()
        .contains("folded", "without the state of its training");
    INDArray digits = SamePredictions.random(3, 1, 28, 28);
    SamePredictions.assertSame(
        SamePredictions.predictions(stored.model(), digits),
        SamePredictions.predictions(model, digits));
    assertThat(run("evaluate", made().toString(), "--data", "generated")).isZero();
  }

  @Test
  void whatCannotBeFoldedIsNamedAndKeptIfThatIsAskedFor() throws IOException {
    ComputationGraph model = graph();
    assertThat(make("fold")).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString())
        .contains("last-bn stays", "the activation relu of last is in between", "--partly");
    assertThat(made()).doesNotExist();
    assertThat(make("fold", "--partly")).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("fc-bn -> fc", "last-bn stays", "64 of random inputs", "times as fast");
    ComputationGraph read = ModelSerializer.restoreComputationGraph(made().toFile());
    assertThat(BatchNorm.allOf(read)).singleElement().hasToString("last-bn");
    INDArray digits = SamePredictions.random(3, 784);
    SamePredictions.assertSame(
        SamePredictions.predictions(read, digits), SamePredictions.predictions(model, digits));
  }

  @Test
  void aModelIsConvertedToBothAtOnce() throws IOException {
    MultiLayerNetwork model = network();
    assertThat(make("convert", "--to", "low-level", "--format", "nhwc"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).contains("converted to low-level, converted to NHWC", "logits: ");
    StoredModel stored = ModelFiles.open(made());
    assertThat(stored.manifest().orElseThrow().changes())
        .containsExactly(
            "converted to low-level and converted to NHWC, without the state of its training");
    SamePredictions.assertSame(
        SamePredictions.predictions(stored.model(), SamePredictions.random(3, 28, 28, 1)),
        SamePredictions.predictions(model, SamePredictions.random(3, 1, 28, 28)));
    assertThat(((MultiLayerNetwork) stored.model()).getLayer(0).conf().getLayer())
        .extracting(layer -> ((ConvolutionLayer) layer).getCnn2dDataFormat())
        .isEqualTo(CNN2DFormat.NHWC);
  }

  @Test
  void aConversionToNothingIsWrongUsage() throws IOException {
    network();
    assertThat(make("convert")).isEqualTo(Bnzoo.USAGE);
    assertThat(make("convert", "--to", "layer-norm")).isEqualTo(Bnzoo.USAGE);
    assertThat(err.toString()).contains("--to or --format", "batch-norm or low-level");
    assertThat(Files.exists(made())).isFalse();
  }

  @Test
  void aModelWithoutTheKindIsRefused() throws IOException {
    network();
    assertThat(make("convert", "--to", "batch-norm")).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString()).contains("no LowLevelBatchNormalization");
  }

  /** Its strides leave several sizes open. */
  @Test
  void theSizeOfImagesThatAModelsFileRecordsNeedNotBeSaid() throws IOException {
    String[] training = {
      "train", "deep-cnn", "--data", "generated", "--batches", "1", "--name", "deep", "--quiet"
    };
    assertThat(run(with(training, "--runs", folder.toString()))).isZero();
    Files.copy(folder.resolve("deep").resolve("batch-norm-seed-1.zip"), given());
    assertThat(make("convert", "--to", "low-level")).as(err.toString()).isZero();
    assertThat(out.toString()).contains("logits: at most ");
  }
}
