package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.experiment.Variants;
import io.bnzoo.onednn.OneDnn;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.zoo.Normalization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

/** The command {@code models}. */
class ModelsCommandTest extends CommandRun {
  @Test
  void modelsListsTheRegistry() {
    assertThat(run("models")).isEqualTo(Bnzoo.SUCCESS);
    assertThat(out.toString())
        .containsPattern("deep-cnn +337,826 +340,406 +800 +64")
        .containsPattern("mlp +99,710 +100,610 +2000 +60")
        .containsPattern("image-lstm +52,610 +104,010 +2000 +100");
  }

  @Test
  void asJsonTheyHaveTheirParameters() throws IOException {
    assertThat(run("models", "--json")).isEqualTo(Bnzoo.SUCCESS);
    assertThat(json(out.toString()).at("/0/batchNormParameters").asInt()).isEqualTo(340_406);
  }

  @Test
  void modelsExplainsWhatEveryVariantsLabelIsMadeOf() {
    run("models");
    for (Normalization variant : Variants.recurrent()) {
      assertThat(out.toString()).containsPattern("(?m)^  " + variant.label() + " ");
    }
    for (Normalization variant : Variants.all()) {
      String normalization = variant.inEveryPlacement().get(0).label();
      assertThat(out.toString()).containsPattern("(?m)^  " + normalization + " ");
      String ending = variant.label().substring(normalization.length());
      assertThat(out.toString())
          .containsPattern("(?m)^  " + (ending.isEmpty() ? "\\(none\\)" : ending) + " ");
    }
  }

  @Test
  void modelsNamesDeeplearning4jsOwn() {
    run("models");
    assertThat(out.toString()).contains("LeNet, SimpleCNN, VGG16, VGG19", "FaceNetNN4Small2");
  }

  @Test
  void everyLayerOfAStockModelIsListedWithWhatRunsIt() {
    assumeThat(OneDnn.obstacle()).isEmpty();
    assertThat(run("models", "SimpleCNN", "--image-size", "32x48")).isEqualTo(Bnzoo.SUCCESS);
    assertThat(out.toString().lines())
        .contains(
            "input: images of 32 x 48 pixels, channels: 3, NCHW",
            "layer1       BatchNormalization  onednn")
        .endsWith(
            "layer32      ActivationLayer     onednn",
            "onednn would predict, and not train it, because it has no loss to be trained by");
    assertThat(out.toString().lines()).hasSize(2 + 33 + 1);
  }

  @Test
  void aLayerOfASavedModelThatHasNoKernelsIsSaidWhy() throws IOException {
    assumeThat(OneDnn.obstacle()).isEmpty();
    String file = saved();
    assertThat(run("models", file)).isEqualTo(Bnzoo.SUCCESS);
    assertThat(out.toString().lines())
        .containsExactly(
            "input: images of 8 x 8 pixels, channels: 1, NCHW",
            "layer   type                runs on",
            "conv    ConvolutionLayer    onednn",
            "local   LocallyConnected2D  dl4j",
            "    because there is no kernel for LocallyConnected2D local",
            "output  OutputLayer         onednn",
            "Deeplearning4j's own engine would run it, because there is no kernel for",
            "  LocallyConnected2D local");
  }

  @Test
  void asJsonASavedModelHasItsLayers() throws IOException {
    assumeThat(OneDnn.obstacle()).isEmpty();
    assertThat(run("models", saved(), "--json")).isEqualTo(Bnzoo.SUCCESS);
    JsonNode document = json(out.toString());
    assertThat(document.at("/layers/1/obstacle").asText())
        .isEqualTo(document.path("obstacle").asText())
        .isEqualTo("there is no kernel for LocallyConnected2D local");
    assertThat(document.at("/layers/0").has("obstacle")).isFalse();
  }

  @Test
  void aFileThatIsNoModelIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("text.zip"), "text");
    assertThat(run("models", file.toString())).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString()).startsWith("bnzoo: " + file + " is not an intact .zip file");
  }

  private String saved() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(2).name("conv").build())
                .layer(
                    new LocallyConnected2D.Builder().kernelSize(3, 3).nOut(2).name("local").build())
                .layer(
                    new OutputLayer.Builder()
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .name("output")
                        .build())
                .setInputType(InputType.convolutional(8, 8, 1))
                .build());
    network.init();
    Path file = folder.resolve("model.zip");
    ModelFiles.save(network, file);
    return file.toString();
  }
}
