package io.bnzoo.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  private static final Provenance HERE = Provenance.ofThisJvm("some binary");

  @TempDir private Path runs;

  @Test
  void nothingThatIsThereIsWrittenOver() throws IOException {
    assertThat(RunFolder.numbered(runs, "a").path().getFileName()).hasToString("a");
    assertThat(RunFolder.numbered(runs, "a").path().getFileName()).hasToString("a-2");
    assertThat(RunFolder.numbered(runs, "a").path().getFileName()).hasToString("a-3");
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> RunFolder.named(runs, "a"));
  }

  @Test
  void theJsonSaysWhatIsNeededToGetTheFiguresAgain() throws IOException {
    RunFolder folder = RunFolder.named(runs, "pair");
    folder.write(Results.pair(), HERE);
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
    RunFolder folder = RunFolder.named(runs, "pair");
    folder.write(Results.pair(), HERE);
    for (String name : new String[] {"accuracy.png", "loss.png"}) {
      BufferedImage image = ImageIO.read(folder.path().resolve(name).toFile());
      assertThat(image.getWidth()).isEqualTo(900);
      assertThat(pixels(image, 0x0072B2)).as("blue in %s", name).isGreaterThan(300);
      assertThat(pixels(image, 0xD55E00)).as("vermilion in %s", name).isGreaterThan(300);
    }
  }

  @Test
  void theMarkdownStandsBesideThePublishedFigures() throws IOException {
    RunFolder folder = RunFolder.named(runs, "pair");
    folder.write(Results.pair(), HERE);
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
