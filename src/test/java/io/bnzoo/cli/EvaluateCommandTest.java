package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.data.ImageShape;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.storage.ModelOrigin;
import io.bnzoo.storage.own.OwnLayer;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;

/** The command {@code evaluate}. */
class EvaluateCommandTest extends CommandRun {
  @Test
  void evaluateSaysWhatVouchesForAModel() throws IOException {
    assertThat(train("--batches", "2", "--name", "ours")).isZero();
    String ours = folder.resolve("ours").resolve("batch-norm-seed-1.zip").toString();
    assertThat(run("evaluate", ours, "--data", "generated")).isZero();
    assertThat(out.toString())
        .containsPattern("model: every entry as its bnzoo.json has it, after 2 batches");
    Path stock = folder.resolve("stock.zip");
    ModelSerializer.writeModel(ThreeLayerMlp.builder().build().init(), stock.toFile(), true);
    assertThat(run("evaluate", stock.toString(), "--data", "generated")).isZero();
    assertThat(out.toString()).contains("model: nothing vouches for it; it has no bnzoo.json");
  }

  @Test
  void evaluateShowsATableWithin80Columns() throws IOException {
    Path model = folder.resolve("model.zip");
    ModelFiles.save(ThreeLayerMlp.builder().build().init(), model);
    assertThat(run("evaluate", model.toString(), "--data", "generated")).isZero();
    assertThat(out.toString()).contains("accuracy", "one at a time", "precision", "recall");
    assertThat(out.toString().lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
  }

  @Test
  void evaluateTakesLayersOfOnesOwnWhenTheirPackageIsTrusted() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new OwnLayer())
                .layer(
                    new OutputLayer.Builder()
                        .nIn(784)
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.init();
    String model = folder.resolve("model.zip").toString();
    ModelFiles.save(network, Path.of(model));
    assertThat(run("evaluate", model, "--data", "generated")).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString().lines()).singleElement().asString().contains("--trust");
    String own = OwnLayer.class.getPackageName();
    assertThat(run("evaluate", model, "--data", "generated", "--trust", own)).isZero();
    assertThat(out.toString()).contains("accuracy");
  }

  @Test
  void evaluateSaysInWhichValuesAModelWasGivenItsPixels() throws IOException {
    Path model = folder.resolve("model.zip");
    ModelFiles.save(ThreeLayerMlp.builder().build().init(), model);
    assertThat(run("evaluate", model.toString(), "--data", "generated")).isZero();
    assertThat(out.toString()).containsPattern("pixels +0 to 1, no normalizer");
    ModelSerializer.addNormalizerToModel(model.toFile(), new ImagePreProcessingScaler(-1, 1));
    assertThat(run("evaluate", model.toString(), "--data", "generated")).isZero();
    assertThat(out.toString())
        .contains("model: its normalizer was added later; nothing vouches for it")
        .containsPattern("pixels +0 to 255, then ImagePreProcessingScaler\\(-1, 1\\)");
    assertThat(out.toString().lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
    out.getBuffer().setLength(0);
    assertThat(run("evaluate", model.toString(), "--data", "generated", "--json")).isZero();
    JsonNode pixels = json(out.toString()).at("/evaluation/pixels");
    assertThat(pixels.at("/white").asInt()).isEqualTo(255);
    assertThat(pixels.at("/normalizer").asText()).isEqualTo("ImagePreProcessingScaler(-1, 1)");
  }

  @Test
  void evaluateSaysThatAModelWasTrainedOnOtherDigits() throws IOException {
    Path model = folder.resolve("model.zip");
    ThreeLayerMlp mlp = ThreeLayerMlp.builder().build();
    String mnist = "d0a3eec1f5a454401d758fdbf15b9b0163a7034963586d671960c180b97e2c1a";
    ModelFiles.save(mlp.init(), model, new ModelOrigin(mlp.spec(), mnist, 5));
    assertThat(run("evaluate", model.toString(), "--data", "generated", "--json")).isZero();
    assertThat(err.toString().lines())
        .contains("model: trained on MNIST; evaluated on generated digits");
    assertThat(json(out.toString()).at("/trainedOn/kind").asText()).isEqualTo("MNIST");
    assertThat(json(out.toString()).at("/trainedOn/same").asBoolean(true)).isFalse();
  }

  @Test
  void evaluateSaysNothingOfDigitsThatAModelWasTrainedOn() throws IOException {
    assertThat(train("--batches", "2", "--name", "ours")).isZero();
    out.getBuffer().setLength(0);
    String model = folder.resolve("ours").resolve("batch-norm-seed-1.zip").toString();
    assertThat(run("evaluate", model, "--data", "generated", "--json")).isZero();
    assertThat(err.toString()).doesNotContain("trained on");
    assertThat(json(out.toString()).at("/trainedOn/same").asBoolean()).isTrue();
    assertThat(json(out.toString()).at("/trainedOn/kind").asText()).isEqualTo("GENERATED");
  }

  @Test
  void evaluateSaysInOneLineWhyItCannotUseAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("model.zip"), "no model");
    assertThat(run("evaluate", file.toString())).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .contains("model.zip is not an intact .zip file");
  }

  @Test
  void evaluateSaysInOneLineThatAModelTakesOtherImages() throws IOException {
    Path model = folder.resolve("model.zip");
    ModelFiles.save(
        ThreeLayerMlp.builder().input(ImageShape.withChannels(1).height(8).width(8)).build().init(),
        model);
    assertThat(run("evaluate", model.toString(), "--data", "generated")).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .endsWith(
            "model.zip cannot be evaluated here: the model takes 64 values; the images are 28 x 28"
                + " x 1");
  }
}
