package io.bnzoo.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.experiment.Variants;
import io.bnzoo.files.FolderInUseException;
import io.bnzoo.spec.NetworkSpec;
import io.bnzoo.spec.TrainingPlan;
import io.bnzoo.storage.Manifest;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.train.CheckpointPlan;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  private static final Provenance HERE = Provenance.ofThisJvm("some binary");

  private final List<String> notices = new ArrayList<>();

  @TempDir private Path runs;

  private static RunRequest request(String... networks) {
    List<NetworkSpec> specs =
        Stream.of(networks)
            .map(label -> Variants.find(label).orElseThrow())
            .map(variant -> ThreeLayerMlp.builder().variant(variant).build().spec())
            .toList();
    TrainingPlan plan = new TrainingPlan(800, 64, 100, 25, 100, 1);
    return new RunRequest(
        List.of("compare", "mlp"), new RunRequest.Settings(specs, plan, "ab12", "oneDNN", 1));
  }

  private RunFolder open(String... networks) throws IOException {
    return RunFolder.open(
        runs.resolve("pair"), request(networks), CheckpointPlan.STANDARD, notices::add);
  }

  @Test
  void nothingThatIsThereIsWrittenOverByAnotherRun() throws IOException {
    open("plain", "batch-norm").close();
    open("plain", "batch-norm").close();
    assertThatExceptionOfType(OtherRunException.class)
        .isThrownBy(() -> open("plain"))
        .withMessageContaining("does not hold this run: it differs in networks; choose another");
    Files.writeString(Files.createDirectories(runs.resolve("other")).resolve("thesis.txt"), "");
    assertThatExceptionOfType(OtherRunException.class)
        .isThrownBy(
            () ->
                RunFolder.open(
                    runs.resolve("other"), request("plain"), CheckpointPlan.STANDARD, notices::add))
        .withMessageContaining("it has no run.json");
    assertThat(RunFolder.command(runs.resolve("pair"))).containsExactly("compare", "mlp");
  }

  @Test
  void whatAKilledProcessLeftUnfinishedIsNoObstacle() throws IOException {
    Path checkpoints = runs.resolve("pair").resolve("checkpoints");
    Files.createDirectory(runs.resolve("pair"));
    Files.writeString(runs.resolve("pair").resolve("run.json.1234.part"), "{");
    open("plain").close();
    Files.createDirectory(checkpoints);
    Files.writeString(checkpoints.resolve("plain-seed-1-000100.zip.1234.part"), "half");
    open("plain").close();
    assertThat(checkpoints).isEmptyDirectory();
    assertThat(runs.resolve("pair").toFile().list())
        .containsExactlyInAnyOrder("run.json", ".lock", "checkpoints");
  }

  @Test
  void whatIsThereIsSetAsideToStartAnew() throws IOException {
    Path pair = runs.resolve("pair");
    open("plain").close();
    assertThat(RunFolder.setAside(pair)).hasValue(runs.resolve("pair-old"));
    assertThat(RunFolder.setAside(pair)).isEmpty();
    open("batch-norm").close();
    assertThat(RunFolder.setAside(pair)).hasValue(runs.resolve("pair-old-2"));
  }

  @Test
  void twoProcessesDoNotShareAFolder() throws IOException {
    try (RunFolder held = open("plain")) {
      assertThatExceptionOfType(FolderInUseException.class).isThrownBy(() -> open("plain"));
      assertThatExceptionOfType(FolderInUseException.class)
          .isThrownBy(() -> RunFolder.setAside(held.path()));
    }
  }

  @Test
  void aNetworkThatIsDoneIsKnownAndADamagedFileIsNot() throws IOException {
    MultiLayerNetwork network = ThreeLayerMlp.builder().build().init();
    Comparison.VariantResult plain = Results.pair().variants().get(0);
    try (RunFolder folder = open("plain")) {
      assertThat(folder.finished(plain.spec())).isEmpty();
      folder.keep(plain, network);
      assertThat(folder.finished(plain.spec())).hasValue(plain.result());
      Manifest manifest = ModelFiles.open(folder.modelFile(plain)).manifest().orElseThrow();
      assertThat(manifest.origin().orElseThrow().at("/batches").asInt())
          .isEqualTo(plain.result().batches());
      Path model = folder.modelFile(plain);
      Path away = runs.resolve("away.zip");
      Files.move(model, away);
      assertThat(folder.finished(plain.spec())).as("without its model").isEmpty();
      Files.move(away, model);
      Files.writeString(runs.resolve("pair").resolve("plain-seed-1.json"), "null");
      assertThat(folder.finished(plain.spec())).isEmpty();
      Files.writeString(runs.resolve("pair").resolve("plain-seed-1.json"), "{");
      assertThat(folder.finished(plain.spec())).isEmpty();
      assertThat(notices).last().asString().contains("is damaged: it is trained again");
    }
  }

  @Test
  void theJsonSaysWhatIsNeededToGetTheFiguresAgain() throws IOException {
    RunFolder folder = open("plain", "batch-norm");
    folder.write(Results.pair(), HERE);
    folder.close();
    JsonNode json = Json.mapper().readTree(folder.path().resolve("result.json").toFile());
    assertThat(json.at("/format").asInt()).isEqualTo(1);
    assertThat(json.at("/model").asText()).isEqualTo("deep-cnn");
    assertThat(json.at("/variants/0/plan/batches").asInt()).isEqualTo(800);
    assertThat(json.at("/threads").asInt()).isEqualTo(2);
    assertThat(json.at("/data/sha256").asText()).isEqualTo("ab12");
    assertThat(json.at("/provenance/deeplearning4j").asText()).isEqualTo("1.0.0-M2.1");
    assertThat(json.at("/provenance/bnzoo").asText()).doesNotContain("$").isNotEmpty();
    JsonNode second = json.at("/variants/1");
    assertThat(second.at("/label").asText()).isEqualTo("batch-norm");
    assertThat(second.at("/specification/seed").asInt()).isEqualTo(1);
    assertThat(second.at("/specification/normalization/kind").asText()).isEqualTo("BatchNorm");
    assertThat(second.at("/specification/normalization/decay").asDouble()).isEqualTo(0.99);
    assertThat(second.at("/specification/optimizer/kind").asText()).isEqualTo("Adam");
    assertThat(second.at("/finals/test/accuracy").asDouble()).isEqualTo(0.9687);
    assertThat(second.at("/curve/2/split").asText()).isEqualTo("VALIDATION");
    assertThat(json.at("/variants/0/outcome/kind").asText()).isEqualTo("PredictsOneDigit");
    assertThat(json.at("/variants/0/outcome/digit").asInt()).isEqualTo(8);
  }

  @Test
  void theCurvesArePicturesWithALineForEachVariant() throws IOException {
    RunFolder folder = open("plain", "batch-norm");
    folder.write(Results.pair(), HERE);
    folder.close();
    for (String name : new String[] {"accuracy.png", "loss.png"}) {
      BufferedImage image = ImageIO.read(folder.path().resolve(name).toFile());
      assertThat(image.getWidth()).isEqualTo(900);
      assertThat(pixels(image, 0x0072B2)).as("blue in %s", name).isGreaterThan(300);
      assertThat(pixels(image, 0xD55E00)).as("vermilion in %s", name).isGreaterThan(300);
    }
  }

  @Test
  void theMarkdownStandsBesideThePublishedFigures() throws IOException {
    RunFolder folder = open("plain", "batch-norm");
    folder.write(Results.pair(), HERE);
    folder.close();
    String markdown = Files.readString(folder.path().resolve("result.md"));
    assertThat(markdown)
        .contains("# pair")
        .containsPattern("\\| plain +\\| +1 \\| +0.0924 \\| 0.0974 \\| +0.0774 \\| +0.1219 \\|")
        .containsPattern("\\| batch-norm \\| +1 \\| +0.9732 \\| 0.9687 \\| +0.9687 \\| +0.9745 \\|")
        .contains("- plain (seed 1): always predicts 8.")
        .contains("800 batches of 64; MNIST (SHA-256 ab12)")
        .contains("some binary");
  }

  private static int pixels(BufferedImage image, int colour) {
    int count = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        count += (image.getRGB(x, y) & 0xFFFFFF) == colour ? 1 : 0;
      }
    }
    return count;
  }
}
