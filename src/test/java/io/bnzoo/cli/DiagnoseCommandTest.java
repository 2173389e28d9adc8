package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Placement;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;

/** The command {@code diagnose}. */
class DiagnoseCommandTest extends CommandRun {

  /** Of three batch norms, and gamma has moved. */
  private Path model(String name) throws IOException {
    MultiLayerNetwork network =
        ThreeLayerMlp.builder()
            .normalization(Normalization.batchNorm().placed(Placement.BEFORE_ACTIVATION_WITH_BIAS))
            .build()
            .init();
    network.getParam("1_" + BatchNormalizationParamInitializer.GAMMA).muli(1.1);
    Path file = folder.resolve(name);
    ModelFiles.save(network, file);
    return file;
  }

  @Test
  void statisticsThatNeverMovedEndItWithThree() throws IOException {
    assertThat(run("diagnose", model("sick.zip").toString())).isEqualTo(Bnzoo.FOUND);
    assertThat(out.toString())
        .contains(
            "The running statistics are at fault: ",
            "error: never-updated in fc1-bn, fc2-bn, fc3-bn",
            "note: redundant-bias in fc1-bn, fc2-bn, fc3-bn",
            "layer   features  initial  dead  weak",
            "fc1-bn       100      all     0     0");
    assertThat(out.toString().lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
  }

  @Test
  void imagesAddAccuraciesAndHowEachLayerFits() throws IOException {
    String sick = model("sick.zip").toString();
    assertThat(run("diagnose", sick, "--data", "generated", "--images", "200"))
        .isEqualTo(Bnzoo.FOUND);
    assertThat(out.toString())
        .contains("accuracy on 200 images", "running statistics, recomputed", "batches of 64")
        .contains("mean off  variance  noise");
    assertThat(out.toString().lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
  }

  @Test
  void aModelThatWasTrainedEndsItWithZero() {
    assertThat(train("--batches", "700", "--name", "trained", "--learning-rate", "0.1")).isZero();
    String trained = folder.resolve("trained").resolve("batch-norm-seed-1.zip").toString();
    assertThat(run("diagnose", trained)).as(out.toString()).isZero();
    assertThat(run("diagnose", trained, "--data", "generated")).as(out.toString()).isZero();
    assertThat(out.toString())
        .contains("Healthy: the running statistics fit.")
        .doesNotContain("diagnosed on");
    assertThat(out.toString().lines().filter("Trained on generated digits."::equals)).hasSize(2);
  }

  @Test
  void eitherEngineComputesTheAccuracies() throws IOException {
    String sick = model("sick.zip").toString();
    String[] command = {"diagnose", sick, "--data", "generated", "--images", "100", "--engine"};
    assertThat(run(with(command, "dl4j"))).isEqualTo(Bnzoo.FOUND);
    assertThat(out.toString()).contains("engine: Deeplearning4j").doesNotContain("Trained on");
    assertThat(run(with(command, "cuda"))).isEqualTo(Bnzoo.USAGE);
    assertThat(err.toString()).contains("'cuda' is no engine: give auto, dl4j or onednn");
    Path graph = folder.resolve("graph.zip");
    ModelSerializer.writeModel(
        ((MultiLayerNetwork) ModelFiles.load(Path.of(sick))).toComputationGraph(),
        graph.toFile(),
        false);
    command[1] = graph.toString();
    assertThat(run(with(command, "onednn"))).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString()).contains("oneDNN cannot run this network: the model is a graph");
  }

  @Test
  void channelsAreReversedOnlyWhereThereAreThree() throws IOException {
    String sick = model("sick.zip").toString();
    assertThat(run("diagnose", sick, "--bgr")).isEqualTo(Bnzoo.USAGE);
    assertThat(err.toString()).contains("--bgr is for images, which --data names");
    assertThat(run("diagnose", sick, "--bgr", "--data", "generated")).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString()).contains("--bgr: ");
  }

  @Test
  void jsonHasTheSame() throws IOException {
    assertThat(run("diagnose", model("sick.zip").toString(), "--json")).isEqualTo(Bnzoo.FOUND);
    JsonNode document = json(out.toString());
    assertThat(document.path("cause").asText()).isEqualTo("STATISTICS");
    assertThat(document.path("wrong").asBoolean()).isTrue();
    assertThat(document.path("findings").path(0).path("symptom").asText())
        .isEqualTo("NEVER_UPDATED");
    assertThat(document.path("layers").path(2).path("variance")).hasSize(100);
  }

  @Test
  void thePageHasAPictureOfEachLayerAndNeedsNothingBesideIt() throws IOException {
    String sick = model("<b>.zip").toString();
    Path page = folder.resolve("page.html");
    assertThat(run("diagnose", sick, "--html", page.toString())).isEqualTo(Bnzoo.FOUND);
    assertThat(out.toString()).contains("written: " + page);
    String html = Files.readString(page);
    assertThat(html).contains("&lt;b&gt;.zip", "never-updated").doesNotContain("<b>");
    assertThat(html.split("<svg ", -1)).hasSize(4);
    assertThat(html).doesNotContain("http", "src=", "NaN");
  }

  @Test
  void aPageThatIsThereIsReplacedOnlyByForce() throws IOException {
    String sick = model("sick.zip").toString();
    Path page = folder.resolve("page.html");
    Files.writeString(page, "mine");
    assertThat(run("diagnose", sick, "--html", page.toString())).isEqualTo(Bnzoo.USAGE);
    assertThat(err.toString()).contains("is there already; --force replaces it");
    assertThat(page).hasContent("mine");
    assertThat(run("diagnose", sick, "--html", page.toString(), "--force")).isEqualTo(Bnzoo.FOUND);
    assertThat(page).content().contains("<!DOCTYPE html>");
  }

  @Test
  void theModelIsNoPage() throws IOException {
    String sick = model("sick.zip").toString();
    assertThat(run("diagnose", sick, "--html", sick, "--force")).isEqualTo(Bnzoo.USAGE);
    assertThat(err.toString()).contains("is the file that is read");
  }
}
