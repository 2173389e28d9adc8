package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.storage.ModelFiles;
import io.bnzoo.toolbox.RecurrentModels;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the commands for saved models say of a recurrent one. */
class RecurrentModelTest extends CommandRun {
  private Path model;
  private Path made;

  @BeforeEach
  void save() throws IOException {
    model = folder.resolve("rows.zip");
    made = folder.resolve("made.zip");
    ModelFiles.save(RecurrentModels.trained(RecurrentModels.layer(7).build(), 20), model);
  }

  private void assertRefused(String reason, String... command) {
    assertThat(run(command)).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString()).contains(reason).hasLineCount(1);
    assertThat(made).doesNotExist();
  }

  @Test
  void modelsTellsWhatItTakes() {
    assertThat(run("models", model.toString())).isZero();
    assertThat(out.toString()).contains("input: 784 values", "LastTimeStep", "OutputLayer");
  }

  @Test
  void recalibrateShowsBothKindsOfStatistics() {
    assertThat(
            run(
                "recalibrate",
                model.toString(),
                "-o",
                made.toString(),
                "--data",
                "generated",
                "--images",
                "300"))
        .isZero();
    assertThat(out.toString())
        .contains("lstm input", "lstm state", "lstm cell", "statistics of 300 images", " before, ")
        .contains("model: every entry as its bnzoo.json has it\n");
    assertThat(err.toString().lines()).doesNotHaveDuplicates();
    assertThat(made).exists();
  }

  @Test
  void diagnoseNamesItsNormalizations() {
    assertThat(run("diagnose", model.toString())).isEqualTo(Bnzoo.FOUND);
    assertThat(out.toString())
        .contains("warning: initial-share in lstm input, lstm state, lstm cell");
  }

  @Test
  void foldNamesTheLayerThatStays() {
    assertRefused(
        "lstm stays (it normalizes within its recurrence, and with running statistics of each time"
            + " step its scale differs from step to step",
        "fold",
        model.toString(),
        "-o",
        made.toString());
  }

  @Test
  void convertNamesTheLayerThatIsNeitherKind() {
    assertRefused(
        "lstm is batch norm within a recurrence",
        "convert",
        model.toString(),
        "-o",
        made.toString(),
        "--to",
        "low-level");
  }

  @Test
  void convertNamesTheLayerThatIsShownImagesInOneOrder() {
    assertRefused(
        "lstm cannot be converted to NHWC: it is shown images step by step",
        "convert",
        model.toString(),
        "-o",
        made.toString(),
        "--format",
        "NHWC");
  }

  @Test
  void exportNamesTheLayerWithoutNodes() {
    assertRefused(
        "layer lstm is recurrent, and there are no nodes for BatchNormLstm",
        "export",
        model.toString(),
        "-o",
        made.toString());
  }

  @Test
  void imagesOfAnotherSizeAreRefused() {
    assertRefused(
        "it takes images of 784 values, got 32x32",
        "models",
        model.toString(),
        "--image-size",
        "32x32");
  }
}
