package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.files.FolderLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The folders of {@code train} and {@code compare}: whose they are, and how a run is resumed. */
class ResumedRunTest extends CommandRun {
  @Test
  void aNameThatIsTakenIsRefusedBeforeAnythingIsTrained() throws IOException {
    Files.writeString(Files.createDirectory(folder.resolve("taken")).resolve("thesis.txt"), "");
    assertThat(train("--batches", "2", "--name", "taken")).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString())
        .contains("does not hold this run: it has no run.json; choose another --name, or --fresh");
    assertThat(out.toString()).doesNotContain("batch     0");
  }

  @Test
  void theSameCommandGoesOnAndAnotherOneHasAFolderOfItsOwn() throws IOException {
    assertThat(train("--batches", "3")).isZero();
    String first = Files.readString(folder.resolve("train-mlp-batch-norm/batch-norm-seed-1.json"));
    assertThat(train("--batches", "3")).isZero();
    assertThat(err.toString()).contains("batch-norm-seed-1 is here already");
    assertThat(folder.resolve("train-mlp-batch-norm/batch-norm-seed-1.json")).hasContent(first);
    assertThat(train("--batches", "4")).isZero();
    assertThat(folder.resolve("train-mlp-batch-norm-2")).isDirectory();
    assertThat(train("--batches", "3", "--fresh")).isZero();
    assertThat(folder.resolve("train-mlp-batch-norm-old")).isDirectory();
    assertThat(folder.resolve("train-mlp-batch-norm/batch-norm-seed-1.zip")).isNotEmptyFile();
  }

  @Test
  void anInterruptedTrainingGoesOnFromItsCheckpointByTheSameCommandOrFromItsFolder()
      throws IOException {
    String[] start = {
      "train", "mlp", "--data", "generated", "--runs", folder.toString(), "--batches", "60"
    };
    assertThat(run(with(start, "--name", "whole"))).isZero();
    for (String line : List.of("batch    25", "batch    50")) {
      assertThat(interruptedAt(line, with(start, "--name", "cut"))).isZero();
      assertThat(err.toString()).contains("stopped: the same command resumes from here");
    }
    assertThat(folder.resolve("cut/checkpoints").toFile().list()).isNotEmpty();
    assertThat(run("train", "--resume", folder.resolve("cut").toString())).isZero();
    assertThat(err.toString())
        .contains("batch-norm-seed-1 resumes after batch 26", "resumes after batch 51");
    assertThat(folder.resolve("cut/checkpoints").toFile().list()).isEmpty();
    assertThat(folder.resolve("cut/batch-norm-seed-1.zip"))
        .hasSameBinaryContentAs(folder.resolve("whole/batch-norm-seed-1.zip"));
  }

  @Test
  void aFolderThatIsRemovedDuringTheRunIsMadeAgain() {
    Path run = folder.resolve("train-mlp-batch-norm");
    int code =
        runAndAt(
            "batch    25",
            () -> FileUtils.deleteQuietly(run.toFile()),
            Interruption.never(),
            "train",
            "mlp",
            "--data=generated",
            "--runs=" + folder,
            "--batches=40",
            "--checkpoint-every=10");
    assertThat(code).isZero();
    assertThat(run.resolve("batch-norm-seed-1.zip")).isNotEmptyFile();
    assertThat(run.resolve("result.json")).isNotEmptyFile();
  }

  @Test
  void aFileInTheFoldersPlaceIsNamed() throws IOException {
    Files.writeString(folder.resolve("taken"), "");
    assertThat(train("--batches", "2", "--name", "taken")).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString()).contains("taken: there is a file of this name, and a folder is");
  }

  @Test
  void aComparisonIsResumedWithAllItsOptions() throws IOException {
    String[] start = {
      "compare",
      "mlp",
      "--data=generated",
      "--runs",
      folder.toString(),
      "--name",
      "odd name",
      "--variants",
      "plain,low-level",
      "--seeds",
      "2..3",
      "--activation",
      "sigmoid",
      "--batches=2"
    };
    assertThat(run(start)).isZero();
    Files.delete(folder.resolve("odd name/low-level-seed-3.json"));
    err.getBuffer().setLength(0);
    assertThat(run("compare", "--resume", folder.resolve("odd name").toString())).isZero();
    assertThat(err.toString())
        .contains("plain-seed-2 is here already", "plain-seed-3 is here already")
        .doesNotContain("low-level-seed-3 is here already");
    assertThat(folder.resolve("odd name/low-level-seed-3.json")).isNotEmptyFile();
  }

  @Test
  void whatIsNoRunIsNotSetAside() throws IOException {
    Files.writeString(Files.createDirectory(folder.resolve("taken")).resolve("thesis.txt"), "");
    assertThat(train("--batches", "2", "--name", "taken", "--fresh")).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString()).contains("nothing in it is a run's");
    assertThat(folder.resolve("taken").resolve("thesis.txt")).exists();
  }

  @Test
  void theSecondProcessOnARunsFolderIsToldSo() throws IOException {
    assertThat(train("--batches", "2")).isZero();
    try (FolderLock held = FolderLock.take(folder.resolve("train-mlp-batch-norm"))) {
      assertThat(train("--batches", "2")).isEqualTo(Bnzoo.FAILURE);
    }
    assertThat(err.toString()).contains("is in use by another process: wait until that is done");
  }

  @Test
  void resumingAFolderWithoutARunSaysSo() {
    assertThat(run("train", "--resume", folder.toString())).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString()).contains("holds no run of train or compare: it has no run.json");
  }

  @Test
  void oneCommandDoesNotResumeAnothersRun() {
    assertThat(train("--batches", "2", "--name", "one")).isZero();
    out.getBuffer().setLength(0);
    String run = folder.resolve("one").toString();
    assertThat(run("compare", "--resume", run)).isEqualTo(Bnzoo.USAGE);
    assertThat(err.toString()).contains(run + " holds a run of train: bnzoo train --resume " + run);
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'train', 'mlp', '--fresh'     | holds a command that began no run: it has --fresh",
        "'train', 'mlp', '--resume=x'  | holds a command that began no run: it has --resume",
        "'train', 'mlp', '--runs=/tmp' | holds a command that began no run: it has --runs",
        "'train', '--help'             | holds a command that began no run: it has --help",
        "'train', '@/etc/passwd'       | that bnzoo does not take: Invalid value for positional",
        "'train', 'mlp', '--batches=0' | --batches must be at least 1, got 0",
        "'data'                        | holds no run of train or compare",
        "                              | holds no run of train or compare",
        "null                          | run.json is damaged",
        "'train', ['mlp']              | run.json is damaged",
        "'train'], 'command': ['mlp'   | run.json is damaged"
      })
  void aStoredCommandIsTakenForWhatARunsCommandCanBe(String command, String message)
      throws IOException {
    String arguments = Objects.toString(command, "").replace('\'', '"');
    Files.writeString(folder.resolve("run.json"), "{\"command\": [" + arguments + "]}");
    assertThat(run("train", "--resume", folder.toString())).isNotZero();
    assertThat(err.toString()).contains(message).doesNotContain("root:");
    assertThat(folder.toFile().list()).containsExactly("run.json");
  }

  @Test
  void aFinishedModelThatWasDamagedIsToldAndTrainedAgain() throws IOException {
    assertThat(train("--batches", "2", "--name", "one")).isZero();
    Path model = folder.resolve("one/batch-norm-seed-1.zip");
    byte[] written = Files.readAllBytes(model);
    Files.write(model, Arrays.copyOf(written, written.length / 2));
    assertThat(train("--batches", "2", "--name", "one")).isZero();
    assertThat(err.toString())
        .contains("is damaged, or was changed after it was written: batch-norm-seed-1 is trained")
        .doesNotContain("is here already");
    assertThat(model).hasBinaryContent(written);
  }

  @Test
  void whatWasMeasuredBeforeAnInterruptionIsKept() throws IOException {
    Interruption interruption = Interruption.never();
    interruption.request();
    int code =
        run(
            interruption,
            "compare",
            "mlp",
            "--data",
            "generated",
            "--runs",
            folder.toString(),
            "--name",
            "cut");
    assertThat(code).isZero();
    assertThat(
            json(Files.readString(folder.resolve("cut").resolve("result.json")))
                .at("/variants")
                .size())
        .isZero();
  }
}
