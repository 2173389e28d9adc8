package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.experiment.Variants;
import io.bnzoo.zoo.Normalization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The commands {@code train} and {@code compare}. */
class TrainingCommandTest extends CommandRun {
  @Test
  void anySetOfVariantsIsComparedInOneTable() throws IOException {
    int code =
        run(
            "compare",
            "mlp",
            "--variants",
            "low-level-after,plain,spelt-out-then-bias",
            "--batches",
            "3",
            "--data",
            "generated",
            "--runs",
            folder.toString(),
            "--name",
            "three");
    assertThat(code).isEqualTo(Bnzoo.SUCCESS);
    assertThat(out.toString())
        .containsPattern("(?m)^low-level-after +1 +0\\.")
        .containsPattern("(?m)^plain +1 +0\\.")
        .containsPattern("(?m)^spelt-out-then-bias +1 +0\\.");
    assertThat(out.toString().lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
    assertThat(folder.resolve("three").resolve("low-level-after-seed-1.zip")).exists();
    assertThat(
            run(
                "evaluate",
                folder.resolve("three").resolve("spelt-out-then-bias-seed-1.zip").toString(),
                "--data",
                "generated"))
        .isEqualTo(Bnzoo.SUCCESS);
  }

  @Test
  void theOptionsReachTheNetwork() throws IOException {
    int cores = Runtime.getRuntime().availableProcessors();
    int code =
        train(
            "--variant",
            "plain",
            "--batches",
            "3",
            "--batch-size",
            "7",
            "--activation",
            "tanh",
            "--learning-rate",
            "0.5",
            "--initial-stddev",
            "2",
            "--seed",
            "9",
            "--threads",
            Integer.toString(cores),
            "--json");
    assertThat(code).isZero();
    assertThat(json(out.toString()).at("/threads").asInt()).isEqualTo(cores);
    JsonNode variant = json(out.toString()).at("/variants/0");
    assertThat(variant.at("/label").asText()).isEqualTo("plain");
    assertThat(variant.at("/plan/batchSize").asInt()).isEqualTo(7);
    assertThat(variant.at("/plan/dataSeed").asInt()).isEqualTo(9);
    assertThat(variant.at("/specification/activation").asText()).isEqualTo("TANH");
    assertThat(variant.at("/specification/optimizer/learningRate").asDouble()).isEqualTo(0.5);
    assertThat(variant.at("/specification/initialWeights/stddev").asDouble()).isEqualTo(2);
  }

  @Test
  void trainSavesTheModelAndItsFiguresAndEvaluateReadsThem() throws IOException {
    assertThat(train("--batches", "300", "--learning-rate", "0.3", "--name", "one")).isZero();
    assertThat(out.toString())
        .contains("batch     0  validation  loss")
        .contains("batch    25  training    loss")
        .contains("final validation accuracy")
        .contains("first 200 test images one at a time")
        .contains("batch-norm");
    Path run = folder.resolve("one");
    for (String name : new String[] {"result.json", "result.md", "accuracy.png", "loss.png"}) {
      assertThat(run.resolve(name)).isNotEmptyFile();
    }
    JsonNode trained = json(Files.readString(run.resolve("result.json")));
    out.getBuffer().setLength(0);
    String model = run.resolve("batch-norm-seed-1.zip").toString();
    assertThat(run("evaluate", model, "--data", "generated", "--json")).isZero();
    JsonNode evaluated = json(out.toString());
    assertThat(evaluated.at("/evaluation/accuracy").asDouble())
        .isEqualTo(trained.at("/variants/0/finals/test/accuracy").asDouble())
        .isGreaterThan(0.5);
    assertThat(evaluated.at("/evaluation/classes").size()).isEqualTo(10);
  }

  @Test
  void compareAsJsonPrintsNothingElse() throws IOException {
    int code =
        run(
            "compare",
            "mlp",
            "--data",
            "generated",
            "--runs",
            folder.toString(),
            "--batches",
            "4",
            "--seeds",
            "1,2",
            "--variants",
            "batch-norm,plain",
            "--json");
    assertThat(code).isZero();
    JsonNode result = json(out.toString());
    assertThat(result.at("/variants").size()).isEqualTo(4);
    assertThat(result.at("/variants/3/specification/seed").asInt()).isEqualTo(2);
    assertThat(result.at("/variants/0/label").asText()).isEqualTo("batch-norm");
    assertThat(result.at("/data/kind").asText()).isEqualTo("GENERATED");
    assertThat(folder.resolve("compare-mlp").resolve("plain-seed-2.zip")).isNotEmptyFile();
  }

  @Test
  void quietPrintsTheResultAlone() {
    assertThat(train("--batches", "2", "--quiet")).isZero();
    assertThat(out.toString()).doesNotContain("batch     0").contains("network", "written to");
  }

  @Test
  void narrationStaysWithin80Columns() {
    String longest =
        Variants.all().stream()
            .map(Normalization::label)
            .max(Comparator.comparing(String::length))
            .orElseThrow();
    int code =
        interruptedAt(
            "batch     0",
            "train",
            "mlp",
            "--data=generated",
            "--variant=" + longest,
            "--seed=" + Long.MIN_VALUE,
            "--batches=1000000",
            "--batch-size=10000",
            "--runs=" + folder,
            "--name=" + "n".repeat(60));
    assertThat(code).isZero();
    List<String> lines = out.toString().lines().toList();
    List<String> narration = lines.subList(0, lines.lastIndexOf("") - 3);
    assertThat(narration)
        .contains(
            "mlp, " + longest + ", seed " + Long.MIN_VALUE + ": 1000000 batches of", "  10000")
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
  }

  @Test
  void aDivergingNetworkIsReportedAndNoFailure() {
    int code = train("--variant", "plain", "--learning-rate", "1e25", "--batches", "60", "--quiet");
    assertThat(code).isZero();
    assertThat(out.toString()).contains("diverged at batch").contains("the loss is not finite");
  }
}
