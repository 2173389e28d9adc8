package io.bnzoo.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.experiment.Variants;
import io.bnzoo.files.FolderInUseException;
import io.bnzoo.report.Provenance;
import io.bnzoo.report.Results;
import io.bnzoo.storage.Json;
import io.bnzoo.storage.Manifest;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.train.CheckpointPlan;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.TrainingPlan;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
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
            .map(variant -> ThreeLayerMlp.builder().normalization(variant).build().spec())
            .toList();
    TrainingPlan plan = DeepCnn.PLAN;
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
    Files.writeString(runs.resolve("pair").resolve("run.json." + UUID.randomUUID() + ".part"), "{");
    open("plain").close();
    Files.createDirectory(checkpoints);
    Files.writeString(
        checkpoints.resolve("plain-seed-1-000100.zip." + UUID.randomUUID() + ".part"), "half");
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
      assertThat(notices)
          .containsExactly(
              "plain-seed-1 is here already", model + " is missing: plain-seed-1 is trained again");
      Path figures = runs.resolve("pair").resolve("plain-seed-1.json");
      for (String damaged : List.of("null", "{", "[]", "", "{\"result\": {}}")) {
        Files.writeString(figures, damaged);
        assertThat(folder.finished(plain.spec())).as(damaged).isEmpty();
        assertThat(notices).last().asString().endsWith(": plain-seed-1 is trained again");
      }
    }
  }

  /** A finished network's files, changed in one way or another, and what is said of it. */
  private String saidAfter(Change change) throws IOException {
    MultiLayerNetwork network = ThreeLayerMlp.builder().build().init();
    Comparison.VariantResult plain = Results.plain(1);
    try (RunFolder folder = open("plain")) {
      folder.keep(plain, network);
      change.make(folder.modelFile(plain), folder.path().resolve("plain-seed-1.json"));
      notices.clear();
      boolean known = folder.finished(plain.spec()).isPresent();
      assertThat(notices).hasSize(1);
      assertThat(notices.get(0)).doesNotContain("\n");
      assertThat(known).isEqualTo(notices.get(0).contains("is here already"));
      return notices.get(0);
    }
  }

  /** Something that happens to the two files of a finished network. */
  @FunctionalInterface
  private interface Change {
    void make(Path model, Path figures) throws IOException;
  }

  private static void replace(Path file, String found, String replacement) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(found);
    Files.writeString(file, text.replace(found, replacement));
  }

  @Test
  void aFinishedModelThatWasCutOffIsTrainedAgain() throws IOException {
    String said =
        saidAfter(
            (model, figures) ->
                Files.write(model, Arrays.copyOf(Files.readAllBytes(model), 20_000)));
    assertThat(said).contains("plain-seed-1.zip is damaged, or was changed after it was written");
  }

  @Test
  void anotherWholeModelInItsPlaceIsTrainedAgain() throws IOException {
    String said =
        saidAfter(
            (model, figures) ->
                ModelFiles.save(ThreeLayerMlp.builder().seed(2).build().init(), model));
    assertThat(said).contains("plain-seed-1.zip is damaged, or was changed after it was written");
  }

  @Test
  void figuresThatWereEditedAreTrainedAgain() throws IOException {
    assertThat(saidAfter((model, figures) -> replace(figures, "0.0974", "0.9974")))
        .contains("plain-seed-1.json was changed after it was written");
    assertThat(saidAfter((model, figures) -> replace(figures, "sha256", "sha257")))
        .contains("plain-seed-1.json was changed after it was written");
  }

  @Test
  void figuresThatWereLaidOutOtherwiseAreTheSame() throws IOException {
    assertThat(saidAfter((model, figures) -> replace(figures, "\n", "  \n")))
        .isEqualTo("plain-seed-1 is here already");
  }

  @Test
  void filesOfAnotherRunDoNotCount() throws IOException {
    Change copied =
        (model, figures) -> {
          try (RunFolder other =
              RunFolder.open(
                  runs.resolve("other"),
                  new RunRequest(
                      List.of(),
                      new RunRequest.Settings(
                          request("plain").settings().networks(), Results.PLAN, "cd34", "x", 1)),
                  CheckpointPlan.STANDARD,
                  line -> {})) {
            other.keep(Results.plain(1), ThreeLayerMlp.builder().build().init());
          }
          for (Path file : List.of(model, figures)) {
            Files.copy(
                runs.resolve("other").resolve(file.getFileName()),
                file,
                StandardCopyOption.REPLACE_EXISTING);
          }
        };
    assertThat(saidAfter(copied)).contains("plain-seed-1.json is of another run");
  }

  /** As it was written before it had a checksum: the result alone. */
  private static void writeFormat1(Path figures) throws IOException {
    JsonNode result = Json.mapper().readTree(figures.toFile()).path("result");
    Files.writeString(figures, Json.text(result) + "\n");
  }

  @Test
  void figuresWithoutAChecksumCountIfTheModelsOwnAreRight() throws IOException {
    assertThat(saidAfter((model, figures) -> writeFormat1(figures)))
        .isEqualTo("plain-seed-1 is here already");
    Change cutOff =
        (model, figures) -> {
          writeFormat1(figures);
          Files.write(model, Arrays.copyOf(Files.readAllBytes(model), 20_000));
        };
    assertThat(saidAfter(cutOff)).contains("plain-seed-1.zip", "plain-seed-1 is trained again");
    Change ofAnother =
        (model, figures) -> {
          writeFormat1(figures);
          replace(figures, "\"batches\" : 800", "\"batches\" : 801");
        };
    assertThat(saidAfter(ofAnother)).contains("is of another run than its figures");
  }

  @Test
  void aTableOfResultsThatWasEditedIsWrittenAnewAndNamed() throws IOException {
    try (RunFolder folder = open("plain", "batch-norm")) {
      folder.write(Results.pair(), HERE);
      folder.write(Results.pair(), HERE);
      assertThat(notices).isEmpty();
      Path results = folder.path().resolve("result.json");
      String written = Files.readString(results);
      replace(results, "0.9687", "0.9987");
      folder.write(Results.pair(), HERE);
      assertThat(notices)
          .containsExactly(results + " was changed after it was written: it is written anew");
      assertThat(results).hasContent(written);
    }
  }

  @Test
  void aLinkInThePlaceOfTheCheckpointsIsNotFollowed() throws IOException {
    open("plain").close();
    Path elsewhere = Files.createDirectory(runs.resolve("elsewhere"));
    Path theirs = elsewhere.resolve("model.zip." + UUID.randomUUID() + ".part");
    Files.writeString(theirs, "in the making");
    Files.createSymbolicLink(runs.resolve("pair").resolve("checkpoints"), elsewhere);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> open("plain"))
        .withMessageContaining("checkpoints is a symbolic link, which is not followed");
    assertThat(theirs).exists();
  }

  @Test
  void aFolderInAFilesPlaceIsToldBeforeAnythingIsTrained() throws IOException {
    open("plain").close();
    for (String name : List.of("plain-seed-1.zip", "plain-seed-1.json", "result.md")) {
      Path folder = Files.createDirectory(runs.resolve("pair").resolve(name));
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> open("plain"))
          .withMessageContaining(name + " is a folder, where a file is to be written");
      Files.delete(folder);
    }
    Files.writeString(runs.resolve("pair").resolve("checkpoints"), "");
    assertThatExceptionOfType(FileAlreadyExistsException.class).isThrownBy(() -> open("plain"));
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
