package io.bnzoo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.bench.OnnxSession;
import io.bnzoo.data.ImageShape;
import io.bnzoo.zoo.StockModel;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;

/** The command {@code export}. */
class ExportCommandTest extends CommandRun {
  private Path trained() {
    assertThat(train("--batches", "100", "--name", "mine", "--quiet")).isZero();
    out.getBuffer().setLength(0);
    return folder.resolve("mine").resolve("batch-norm-seed-1.zip");
  }

  private int export(Path model, String... more) {
    String[] start = {"export", model.toString(), "-o", folder.resolve("model.onnx").toString()};
    return run(with(start, more));
  }

  @Test
  void checksWhatItHasWrittenOnImages() throws IOException {
    Path model = trained();
    assertThat(export(model, "--check", "--data", "generated", "--json")).isZero();
    JsonNode document = json(out.toString());
    assertThat(document.at("/exported/batchNormalizations").asInt()).isEqualTo(3);
    assertThat(document.at("/exported/inputs/0/shape/0").asInt()).isEqualTo(784);
    JsonNode check = document.at("/check");
    assertThat(check.at("/examples").asInt()).isGreaterThanOrEqualTo(1000);
    assertThat(check.at("/largestDifference").asDouble())
        .isLessThan(1e-4 * check.at("/largestOutput").asDouble());
    assertThat(check.at("/accuracy").asDouble())
        .isGreaterThan(0.2)
        .isEqualTo(check.at("/onnxAccuracy").asDouble());
    assertThat(check.at("/onnxRuntime").asText()).isEqualTo("1.28.0");
    assertThat(folder.resolve("model.onnx")).isNotEmptyFile();
  }

  @Test
  void foldsBatchNormIfItIsAskedTo() throws IOException {
    Path model = trained();
    assertThat(export(model, "--fold", "--check", "--json")).isZero();
    JsonNode document = json(out.toString());
    assertThat(document.at("/exported/batchNormalizations").asInt()).isZero();
    assertThat(document.at("/check/largestDifference").asDouble())
        .isPositive()
        .isLessThan(1e-4 * document.at("/check/largestOutput").asDouble());
    try (OnnxSession session = OnnxSession.open(folder.resolve("model.onnx"), 1)) {
      assertThat(session.metadata().get("folded_from"))
          .isEqualTo(
              "batch-norm-seed-1.zip, SHA-256 " + DigestUtils.sha256Hex(Files.readAllBytes(model)));
    }
  }

  @Test
  void checksOnPixelsAsANormalizerIsGivenThem() throws IOException {
    Path model = trained();
    ModelSerializer.addNormalizerToModel(model.toFile(), new ImagePreProcessingScaler(-1, 1));
    assertThat(export(model, "--check", "--data", "generated")).isZero();
    assertThat(out.toString())
        .contains("normalizer: ImagePreProcessingScaler(-1, 1)", "ONNX Runtime 1.28.0");
    assertThat(export(model, "--force", "--check")).isZero();
    assertThat(out.toString()).contains("largest difference over 200 examples");
  }

  @Test
  void checksAStockModelOnRandomValues() throws IOException {
    Path model = folder.resolve("stock.zip");
    MultiLayerNetwork network =
        (MultiLayerNetwork)
            StockModel.SIMPLE_CNN.build(ImageShape.withChannels(3).height(32).width(32), 10);
    ModelSerializer.writeModel(network, model.toFile(), false);
    assertThat(export(model, "--check", "--image-size", "32x32")).isZero();
    assertThat(out.toString()).contains("input: input [batch, 3, 32, 32]");
    assertThat(out.toString().lines().filter(line -> !line.contains(folder.toString())))
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
  }

  /** In a JVM of its own: of the libraries, only the application has it. */
  @Test
  void saysWhatToDoBeforeAnyWorkWhereOnnxRuntimeIsMissing() throws Exception {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> !entry.contains("onnxruntime"))
            .collect(Collectors.joining(File.pathSeparator));
    Path written = folder.resolve("model.onnx");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                Bnzoo.class.getName(),
                "export",
                folder.resolve("never-read.zip").toString(),
                "-o",
                written.toString(),
                "--check")
            .redirectErrorStream(true)
            .start();
    assertThat(new String(process.getInputStream().readAllBytes(), UTF_8).lines())
        .singleElement()
        .isEqualTo(
            "bnzoo: --check needs ONNX Runtime: com.microsoft.onnxruntime:onnxruntime:1.28.0 is not"
                + " on the class path; run bnzoo.jar, which has it, or leave --check out");
    assertThat(process.waitFor()).isEqualTo(Bnzoo.FAILURE);
    assertThat(written).doesNotExist();
  }

  @Test
  void refusesInOneLineWhatItCannotDo() throws IOException {
    Path model = trained();
    assertThat(export(model, "--data", "generated")).isEqualTo(Bnzoo.USAGE);
    assertThat(err.toString()).contains("--data is what --check runs over: give both");
    assertThat(folder.resolve("model.onnx")).doesNotExist();
    Files.writeString(folder.resolve("model.onnx"), "mine");
    assertThat(export(model)).isEqualTo(Bnzoo.USAGE);
    assertThat(folder.resolve("model.onnx")).hasContent("mine");
  }
}
