package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.ImageFolders;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.train.ModelEvaluation;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code data}, {@code train}, {@code compare} and {@code evaluate} on images that are not MNIST.
 */
class OwnImagesTest extends CommandRun {

  private enum Kind {
    IDX_OF_47_CLASSES,
    COLOURED_BINARY,
    FOLDER_OF_ODD_SIZES
  }

  private String[] data(Kind kind) throws IOException {
    Path images = folder.resolve("images");
    return switch (kind) {
      case IDX_OF_47_CLASSES ->
          new String[] {"--data", ImageFolders.idx(images, 470, 94, 20, 12, 47).toString()};
      case COLOURED_BINARY -> new String[] {"--data", ImageFolders.cifar(images, 2, 60).toString()};
      case FOLDER_OF_ODD_SIZES ->
          new String[] {
            "--data",
            ImageFolders.classes(images, 30, "owl", "cat", "dog").toString(),
            "--image-size",
            "16x12"
          };
    };
  }

  private JsonNode result(String name) throws IOException {
    return json(Files.readString(folder.resolve(name).resolve("result.json")));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void modelsAreComparedOnAnyImagesAndBothEnginesAgree(Kind kind) throws IOException {
    for (String engine : new String[] {"onednn", "dl4j"}) {
      String[] command = {
        "compare",
        "mlp",
        "--runs",
        folder.toString(),
        "--name",
        engine,
        "--engine",
        engine,
        "--batches",
        "12",
        "--batch-size",
        "20",
        "--quiet"
      };
      assertThat(run(with(command, data(kind)))).as(err.toString()).isZero();
    }
    JsonNode fast = result("onednn");
    JsonNode reference = result("dl4j");
    assertThat(fast.at("/data/kind").asText()).isEqualTo("OTHER");
    assertThat(fast.at("/data/sha256")).isEqualTo(reference.at("/data/sha256"));
    for (int variant = 0; variant < 2; variant++) {
      String loss = "/variants/" + variant + "/finals/test/loss";
      assertThat(fast.at(loss).asDouble()).isPositive();
      assertThat(fast.at(loss).asDouble()).isCloseTo(reference.at(loss).asDouble(), within(1e-3));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aTrainedModelIsEvaluatedOnItsImages(Kind kind) throws IOException {
    String[] train = {
      "train",
      "deep-cnn",
      "--runs",
      folder.toString(),
      "--name",
      "cnn",
      "--batches",
      "3",
      "--batch-size",
      "20"
    };
    assertThat(run(with(train, data(kind)))).as(err.toString()).isZero();
    String model = folder.resolve("cnn").resolve("batch-norm-seed-1.zip").toString();
    String[] evaluate = {"evaluate", model};
    out.getBuffer().setLength(0);
    assertThat(run(with(evaluate, data(kind)))).as(err.toString()).isZero();
    assertThat(out.toString()).contains("data: ", "training", "classes");
    assertThat(out.toString().lines().filter(line -> !line.startsWith("data: ")))
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
    if (kind == Kind.FOLDER_OF_ODD_SIZES) {
      assertThat(out.toString()).contains("0 cat", "1 dog", "2 owl", "macro recall");
    }
    if (kind == Kind.IDX_OF_47_CLASSES) {
      assertThat(out.toString()).contains("macro precision", "27 more").doesNotContain("shown \\");
    }
    double saved = result("cnn").at("/variants/0/finals/test/accuracy").asDouble();
    out.getBuffer().setLength(0);
    assertThat(run(with(evaluate, with(data(kind), "--json")))).isZero();
    JsonNode document = json(out.toString());
    assertThat(document.at("/evaluation/accuracy").asDouble()).isEqualTo(saved);
    assertThat(document.at("/trainedOn/same").asBoolean()).isTrue();
  }

  @Test
  void whatTheDataIsIsSaid() throws IOException {
    assertThat(run(with(new String[] {"data"}, data(Kind.FOLDER_OF_ODD_SIZES)))).isZero();
    assertThat(out.toString())
        .contains("image files in ", "68 training, 7 validation and 15 test images")
        .contains("16 x 12 pixels, channels: 3; classes: 3 (cat, dog, owl)");
  }

  @Test
  void aModelOfOtherImagesIsRefusedByWhatItTakes() throws IOException {
    Path model = folder.resolve("mnist.zip");
    ModelSerializer.writeModel(ThreeLayerMlp.builder().build().init(), model.toFile(), true);
    String[] evaluate = {"evaluate", model.toString()};
    assertThat(run(with(evaluate, data(Kind.COLOURED_BINARY)))).isEqualTo(1);
    assertThat(err.toString()).contains("the model takes 784 values; the images are 32 x 32 x 3");
  }

  @Test
  void channelsAreGivenInTheOtherOrderWhereAsked() throws IOException {
    Path images = ImageFolders.cifar(folder.resolve("images"), 2, 60);
    LabeledImages test = ImageDataset.load(images).test();
    MultiLayerNetwork network =
        ThreeLayerMlp.builder().input(test.shape()).classes(test.classes()).build().init();
    Path model = folder.resolve("model.zip");
    ModelSerializer.writeModel(network, model.toFile(), false);
    String[] command = {"evaluate", model.toString(), "--data", images.toString(), "--json"};
    assertThat(run(command)).isZero();
    assertThat(err.toString()).contains("one trained on DataVec's images expects --bgr");
    double asTheyAre = json(out.toString()).at("/evaluation/loss").asDouble();
    out.getBuffer().setLength(0);
    assertThat(
            run(Stream.concat(Arrays.stream(command), Stream.of("--bgr")).toArray(String[]::new)))
        .isZero();
    double reversed = json(out.toString()).at("/evaluation/loss").asDouble();
    assertThat(loss(network, test)).isCloseTo(asTheyAre, within(1e-6));
    assertThat(loss(network, test.withReversedChannels()))
        .isCloseTo(reversed, within(1e-6))
        .isNotCloseTo(asTheyAre, within(1e-4));
  }

  private static double loss(MultiLayerNetwork network, LabeledImages images) {
    try (ModelEvaluation evaluation = new ModelEvaluation(network, EngineChoice.DL4J, images)) {
      return evaluation.run(ProgressListener.NONE).loss();
    }
  }

  @Test
  void depthAndWidthsFollowTheImages() throws IOException {
    String images = ImageFolders.cifar(folder.resolve("images"), 2, 60).toString();
    assertThat(trained(images, "deep-cnn", "--depth", "4").at("/depth").asInt()).isEqualTo(4);
    assertThat(trained(images, "mlp", "--widths", "50,40,30").at("/widths").toString())
        .isEqualTo("[50,40,30]");
    err.getBuffer().setLength(0);
    assertThat(run("compare", "mlp", "--depth", "4")).isEqualTo(Bnzoo.USAGE);
    assertThat(run("compare", "mlp", "--widths", "5,4")).isEqualTo(Bnzoo.USAGE);
    assertThat(run("compare", "deep-cnn", "--depth", "0")).isEqualTo(Bnzoo.USAGE);
    assertThat(err.toString().lines())
        .contains(
            "bnzoo compare: --depth is not for mlp",
            "bnzoo compare: --widths needs 3 numbers, as in 100,100,100, got 2",
            "bnzoo compare: --depth must be from 1 to 99, got 0");
  }

  /** The specification that a short training records. */
  private JsonNode trained(String images, String model, String option, String value)
      throws IOException {
    out.getBuffer().setLength(0);
    String[] command = {
      "train",
      model,
      option,
      value,
      "--data",
      images,
      "--batches",
      "2",
      "--batch-size",
      "10",
      "--runs",
      folder.toString(),
      "--name",
      model,
      "--json"
    };
    assertThat(run(command)).isZero();
    return json(out.toString()).at("/variants/0/specification");
  }

  @Test
  void theLessonIsForDigits() throws IOException {
    String[] lesson = {"lesson", "run", "cell-05", "--runs", folder.toString()};
    assertThat(run(with(lesson, data(Kind.COLOURED_BINARY)))).isEqualTo(1);
    assertThat(err.toString())
        .contains("got 32 x 32 pixels and 3 channels in 10; bnzoo compare takes any images");
  }

  @ParameterizedTest
  @ValueSource(strings = {"32", "0x4", "4096x70000", "axb"})
  void aSizeThatIsNoneIsWrongUsage(String size) {
    assertThat(run("data", "--data", folder.toString(), "--image-size", size)).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(2);
    assertThat(err.toString()).contains("--image-size");
  }

  @Test
  void aSizeWithoutAFolderIsWrongUsage() {
    assertThat(run("data", "--data", "generated", "--image-size", "32x32")).isEqualTo(2);
    assertThat(err.toString()).contains("--image-size is for a folder of images");
  }

  @Test
  void aBatchLargerThanTheTrainingSetIsWrongUsage() throws IOException {
    String[] train = {"train", "mlp", "--runs", folder.toString(), "--batch-size", "69"};
    assertThat(run(with(train, data(Kind.FOLDER_OF_ODD_SIZES)))).isEqualTo(2);
    assertThat(err.toString()).contains("--batch-size must be at most 68, the size");
    assertThat(folder.resolve("train-mlp-batch-norm")).doesNotExist();
  }
}
