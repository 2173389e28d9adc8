package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.toolbox.BatchNorm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;

/** The command {@code recalibrate}. */
class RecalibrateCommandTest extends CommandRun {

  /** An MLP whose running statistics are as if training had never moved them. */
  private Path neverMoved() throws IOException {
    assertThat(train("--batches", "150", "--name", "sick", "--quiet")).isZero();
    Path trained = folder.resolve("sick").resolve("batch-norm-seed-1.zip");
    StoredModel stored = ModelFiles.open(trained);
    for (BatchNorm layer : BatchNorm.allOf(stored.model())) {
      double[] ones = new double[layer.features()];
      Arrays.fill(ones, 1);
      layer.setStatistics(new double[ones.length], ones);
    }
    Path sick = folder.resolve("sick.zip");
    ModelFiles.saveChanged(stored, stored.model(), "reset by a test", true, sick);
    out.getBuffer().setLength(0);
    return sick;
  }

  private int recalibrate(Path model, Path result, String... more) {
    String[] start = {
      "recalibrate", model.toString(), "-o", result.toString(), "--data", "generated"
    };
    return run(with(start, more));
  }

  @Test
  void mendsAModelWhoseStatisticsNeverMoved() throws IOException {
    Path mended = folder.resolve("mended.zip");
    assertThat(recalibrate(neverMoved(), mended, "--images", "2000", "--json")).isZero();
    JsonNode document = json(out.toString());
    assertThat(document.at("/accuracyAfter").asDouble())
        .isGreaterThan(document.at("/accuracyBefore").asDouble() + 0.2);
    assertThat(document.at("/recalibration/images").asInt()).isEqualTo(2000);
    assertThat(document.at("/recalibration/layers")).hasSize(3);
    StoredModel read = ModelFiles.open(mended);
    assertThat(read.manifest().orElseThrow().changes())
        .containsExactly("reset by a test", "recalibrated on 2,000 images of generated digits");
    assertThat(read.manifest().orElseThrow().origin()).isPresent();
    assertThat(ModelSerializer.restoreMultiLayerNetwork(mended.toFile(), true).params())
        .isEqualTo(read.model().params());
  }

  @Test
  void showsATableWithin80Columns() throws IOException {
    Path mended = folder.resolve("mended.zip");
    assertThat(recalibrate(neverMoved(), mended, "--images", "500")).isZero();
    assertThat(out.toString())
        .contains("batch norm", "mean moved by", "before", "after", "written: ");
    assertThat(out.toString().lines().filter(line -> !line.contains(folder.toString())))
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
  }

  @Test
  void keepsNormalizersAndGraphs() throws IOException {
    MultiLayerNetwork network = (MultiLayerNetwork) ModelFiles.load(neverMoved());
    ComputationGraph graph = network.toComputationGraph();
    Path stock = folder.resolve("graph.zip");
    ModelSerializer.writeModel(graph, stock.toFile(), true);
    ModelSerializer.addNormalizerToModel(stock.toFile(), new ImagePreProcessingScaler(-1, 1));
    Path result = folder.resolve("result.zip");
    assertThat(recalibrate(stock, result, "--images", "300")).isZero();
    StoredModel read = ModelFiles.open(result);
    assertThat(read.model()).isInstanceOf(ComputationGraph.class);
    assertThat(read.normalizer().orElseThrow().description())
        .isEqualTo("ImagePreProcessingScaler(-1, 1)");
    assertThat(read.hasUnvouchedNormalizer()).isFalse();
    // Its pixels go from -1 to 1: what the first layer is given has another mean.
    assertThat(BatchNorm.allOf(read.model()).get(0).mean())
        .isNotEqualTo(BatchNorm.allOf(graph).get(0).mean());
  }

  @Test
  void losesNoFile() throws IOException {
    Path sick = neverMoved();
    byte[] before = Files.readAllBytes(sick);
    for (List<String> wrong :
        List.of(
            List.of(sick.toString(), "is the file that is read"),
            List.of(folder.toString(), "is a folder"),
            List.of(folder.resolve("none").resolve("x.zip").toString(), "which is no folder"))) {
      err.getBuffer().setLength(0);
      assertThat(recalibrate(sick, Path.of(wrong.get(0)))).isEqualTo(Bnzoo.USAGE);
      assertThat(err.toString()).contains("--output", wrong.get(1));
    }
    Path other = Files.writeString(folder.resolve("other.zip"), "mine");
    assertThat(recalibrate(sick, other)).isEqualTo(Bnzoo.USAGE);
    assertThat(err.toString()).contains("is there already; --force replaces it");
    assertThat(other).hasContent("mine");
    assertThat(recalibrate(sick, other, "--images", "100", "--force")).isZero();
    assertThat(ModelFiles.open(other).manifest()).isPresent();
    assertThat(Files.readAllBytes(sick)).isEqualTo(before);
  }

  @Test
  void saysWhatCannotBeRecalibrated() throws IOException {
    assertThat(train("--batches", "2", "--name", "plain", "--variant", "plain")).isZero();
    Path plain = folder.resolve("plain").resolve("plain-seed-1.zip");
    Path result = folder.resolve("result.zip");
    assertThat(recalibrate(plain, result)).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString())
        .contains("cannot be recalibrated here: the model has no batch normalization");
    assertThat(result).doesNotExist();
    assertThat(recalibrate(plain, result, "--images", "0")).isEqualTo(Bnzoo.USAGE);
    assertThat(err.toString()).contains("--images must be at least 1, got 0");
  }
}
