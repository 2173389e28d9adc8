package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.onednn.OneDnn;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 15, unit = TimeUnit.MINUTES) // Against a hang; far above what it takes.
class BenchCommandIT extends CommandRun {
  @Test
  void showsEveryNetworkWithItsRatiosWithin80Columns() {
    assertThat(run("bench", "mlp", "--blocks", "1", "--variants", "plain,batch-norm"))
        .isEqualTo(Bnzoo.SUCCESS);
    assertThat(out.toString())
        .containsPattern("network +setup +ms/step +fastest +slowest +x faster +x BN +x floor")
        .containsPattern("mlp plain +stock +\\d+\\.\\d+ .* 1\\.00 +\\d+\\.\\d+ +\\d+\\.\\d+")
        .containsPattern("mlp batch-norm +dl4j +\\d+\\.\\d+ .* 1\\.00")
        .containsPattern("mlp batch-norm +onednn +\\d+\\.\\d+");
    assertThat(out.toString().lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
  }

  @Test
  void showsStockModelsTrainingAndPredictingWithin80Columns() {
    assertThat(
            run(
                "bench",
                "lenet",
                "SimpleCNN",
                "--image-size=28x32",
                "--batch-size=2",
                "--blocks=1"))
        .isEqualTo(Bnzoo.SUCCESS);
    assertThat(out.toString())
        .containsPattern("network +images +setup +task +batch +mean ms +median +x faster")
        .containsPattern("LeNet +28x32 +stock +train +2 +\\d+\\.\\d+ +\\d+\\.\\d+ +1\\.00")
        .containsPattern("LeNet +28x32 +dl4j +predict +2 +\\d+\\.\\d+ +\\d+\\.\\d+ +\\d+\\.\\d+")
        .containsPattern("SimpleCNN +28x32 +stock +predict ")
        .doesNotContainPattern("SimpleCNN +28x32 +stock +train ");
    assertThat(err.toString()).contains("SimpleCNN: it has no loss to be trained by\n");
    assertThat(out.toString().lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
  }

  @Test
  void aSavedModelIsMeasuredWithItsOwnShapes() throws IOException {
    Path file = folder.resolve("a model%.zip");
    ModelFiles.save(ThreeLayerMlp.builder().widths(4, 4, 4).build().init(), file);
    assertThat(run("bench", file.toString(), "--blocks=1", "--json")).isEqualTo(Bnzoo.SUCCESS);
    JsonNode rows = json(out.toString());
    assertThat(rows).hasSize(2 * (OneDnn.obstacle().isPresent() ? 2 : 3));
    assertThat(rows)
        .allSatisfy(
            row -> {
              assertThat(row.path("model").asText()).isEqualTo(file.toString());
              assertThat(row.path("batchSize").asInt()).isEqualTo(8);
              assertThat(row.path("repetitions").asInt()).isPositive();
              assertThat(row.path("meanMilliseconds").asDouble()).isPositive();
              assertThat(row.path("medianMilliseconds").asDouble()).isPositive();
              assertThat(row.path("speedup").asDouble()).isPositive();
            });
    assertThat(rows.at("/0/speedup").asDouble()).as("stock against itself").isEqualTo(1);
  }

  @Test
  void aFileThatIsNotThereIsSaidInOneLine() {
    assertThat(run("bench", folder.resolve("none.zip").toString())).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString().lines())
        .containsExactly("bnzoo: there is no file " + folder.resolve("none.zip"));
  }
}
