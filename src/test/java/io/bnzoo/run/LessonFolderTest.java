package io.bnzoo.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.InferenceTrap;
import io.bnzoo.experiment.Lesson;
import io.bnzoo.experiment.Scale;
import io.bnzoo.experiment.Sweep;
import io.bnzoo.experiment.Trial;
import io.bnzoo.experiment.TrialResult;
import io.bnzoo.experiment.Trials;
import io.bnzoo.report.LessonReport;
import io.bnzoo.report.Provenance;
import io.bnzoo.storage.Json;
import io.bnzoo.train.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LessonFolderTest {
  private static final ImageDataset.Origin MNIST =
      new ImageDataset.Origin(ImageDataset.Kind.MNIST, "MNIST", "ab12");
  private static final Provenance HERE = Provenance.ofThisJvm("a test");
  private static final String COMMAND = "bnzoo lesson run cell-05";
  private static final List<Trial> TRIALS =
      Lesson.find("cell-05").orElseThrow().trials(List.of(1L, 2L), Scale.FULL);

  @TempDir private Path path;
  private final List<String> warnings = new ArrayList<>();

  private LessonFolder folder() throws IOException {
    return folder(Scale.FULL, MNIST);
  }

  private LessonFolder folder(Scale scale, ImageDataset.Origin data) throws IOException {
    return LessonFolder.open(path, scale, data, warnings::add);
  }

  private void keep(Finished finished) throws IOException {
    folder().keep(finished.trial(), finished.result(), COMMAND, HERE);
  }

  private List<Trial> missing() throws IOException {
    return folder().missing(TRIALS, Sweep.Diagnostics.OFF);
  }

  @Test
  void inAnEmptyFolderEverythingIsMissing() throws IOException {
    assertThat(missing()).isEqualTo(TRIALS);
    assertThat(folder().results()).isEmpty();
  }

  @Test
  void whatIsKeptIsNoLongerMissing() throws IOException {
    keep(Trials.finished(TRIALS.get(1), 0.95, 0.1, 0.5, 0.9));
    assertThat(missing()).containsExactly(TRIALS.get(0), TRIALS.get(2), TRIALS.get(3));
  }

  @Test
  void everyKindOfResultIsReadAsItWasWritten() throws IOException {
    List<Finished> written =
        List.of(
            Trials.diverged(TRIALS.get(0), 17, 0.098),
            Trials.finished(TRIALS.get(1), 0.95, 0.1, 0.5, 0.9),
            Trials.always(TRIALS.get(2), 3, 0.101));
    for (Finished finished : written) {
      keep(finished);
    }
    List<ExperimentResult> results = folder().results();
    assertThat(results).hasSize(1);
    // NaN is a loss of the diverged one; records compare it by value.
    assertThat(results.get(0).trials()).containsExactlyInAnyOrderElementsOf(written);
    assertThat(warnings).isEmpty();
  }

  @Test
  void trapsAndSnapshotsAreKeptToo() throws IOException {
    TrialResult plain = Trials.finished(TRIALS.get(0), 0.9, 0.9).result();
    TrialResult rich =
        new TrialResult(
            plain.training(),
            Optional.of(new InferenceTrap(List.of(7, 2), List.of(7, 2), List.of(8, 8), 0.95)),
            List.of(
                new Snapshot(
                    50,
                    List.of(new Snapshot.Layer("fc1", -1, 0, 1, 0.25, Double.NaN)),
                    List.of(
                        new Snapshot.Recurrent(
                            "lstm", List.of(0.5, 0.25), Map.of("cell", List.of(0.1, 0.2)))))));
    folder().keep(TRIALS.get(0), rich, COMMAND, HERE);
    assertThat(folder().results().get(0).trials().get(0).result()).isEqualTo(rich);
  }

  @Test
  void withDiagnosticsAResultWithoutSnapshotsDoesNotCount() throws IOException {
    keep(Trials.finished(TRIALS.get(1), 0.95, 0.9));
    assertThat(folder().missing(TRIALS, Sweep.Diagnostics.ON)).isEqualTo(TRIALS);
  }

  @Test
  void aDamagedFileIsTrainedAgainAndNamed() throws IOException {
    keep(Trials.finished(TRIALS.get(1), 0.95, 0.9));
    Path file = path.resolve("trials").resolve(TRIALS.get(1).name() + ".json");
    String whole = Files.readString(file);
    Files.writeString(file, whole.substring(0, whole.length() / 2));
    assertThat(missing()).isEqualTo(TRIALS);
    assertThat(warnings).singleElement().asString().contains(file + " is damaged");
  }

  /** A trial's file with one text in the place of another, and the right checksum or an old one. */
  private static void edit(Path file, String found, String replacement, Seal.State seal)
      throws IOException {
    ObjectNode document = (ObjectNode) Json.mapper().readTree(file.toFile());
    if (seal != Seal.State.BROKEN) {
      document.remove("sha256");
    }
    String edited = document.toString().replace(found, replacement);
    assertThat(edited).isNotEqualTo(document.toString());
    if (seal == Seal.State.INTACT) {
      edited = Seal.seal(Json.mapper().readTree(edited)).toString();
    }
    Files.writeString(file, edited);
  }

  @Test
  void figuresThatWereEditedDoNotCount() throws IOException {
    keep(Trials.finished(TRIALS.get(1), 0.95, 0.9));
    Path file = path.resolve("trials").resolve(TRIALS.get(1).name() + ".json");
    edit(file, "0.95", "0.99", Seal.State.BROKEN);
    assertThat(missing()).isEqualTo(TRIALS);
    assertThat(warnings)
        .containsExactly(file + " was changed after it was written and does not count");
  }

  @Test
  void trialsOfAVersionWithoutChecksumsCount() throws IOException {
    keep(Trials.finished(TRIALS.get(1), 0.95, 0.9));
    Path file = path.resolve("trials").resolve(TRIALS.get(1).name() + ".json");
    edit(file, COMMAND, "bnzoo lesson run all", Seal.State.MISSING);
    assertThat(missing()).hasSize(3);
    assertThat(warnings).isEmpty();
  }

  @Test
  void aReportThatWasEditedIsWrittenAnewAndNamed() throws IOException {
    keep(Trials.finished(TRIALS.get(1), 0.95, 0.9));
    LessonFolder folder = folder();
    folder.write(folder.report());
    folder.write(folder.report());
    assertThat(warnings).isEmpty();
    Path report = path.resolve("lesson.json");
    edit(report, "0.95", "0.99", Seal.State.BROKEN);
    folder.write(folder.report());
    assertThat(warnings)
        .containsExactly(report + " was changed after it was written: it is written anew");
  }

  @Test
  void aLinkInThePlaceOfTheTrialsIsNotFollowed() throws IOException {
    Path elsewhere = Files.createDirectory(path.resolve("elsewhere"));
    Files.createSymbolicLink(path.resolve("trials"), elsewhere);
    assertThatThrownBy(this::folder).hasMessageContaining("trials is a symbolic link");
  }

  @Test
  void aResultThatMakesNoSenseIsTrainedAgain() throws IOException {
    keep(Trials.finished(TRIALS.get(1), 0.95, 0.9));
    Path file = path.resolve("trials").resolve(TRIALS.get(1).name() + ".json");
    edit(file, "\"Trained\"", "\"Enlightened\"", Seal.State.INTACT);
    assertThat(missing()).isEqualTo(TRIALS);
    assertThat(warnings).singleElement().asString().contains(file + " is damaged");
  }

  @Test
  void aFolderOfAnotherLengthOrOtherDigitsOrSettingsIsRefusedAndStaysAsItIs() throws IOException {
    keep(Trials.finished(TRIALS.get(0), 0.95, 0.9));
    Path file = path.resolve("trials").resolve(TRIALS.get(0).name() + ".json");
    String written = Files.readString(file);
    assertThatThrownBy(() -> folder(new Scale(0.1), MNIST))
        .isInstanceOf(IOException.class)
        .hasMessage(file + " is of another length: choose another --name, or move the folder away");
    ImageDataset.Origin drawn =
        new ImageDataset.Origin(ImageDataset.Kind.GENERATED, "drawn", "cd34");
    assertThatThrownBy(() -> folder(Scale.FULL, drawn)).hasMessageContaining("of other digits");
    edit(file, "\"stddev\":0.05", "\"stddev\":0.06", Seal.State.INTACT);
    assertThatThrownBy(this::folder).hasMessageContaining("of other settings");
    Files.writeString(file, written);
    edit(file, "\"format\":1", "\"format\":2", Seal.State.INTACT);
    assertThatThrownBy(this::folder).hasMessageContaining("of another format");
    Files.writeString(file, written);
    assertThat(missing()).hasSize(3);
  }

  @Test
  void aMissingFigureIsNotReadAsNothing() throws IOException {
    keep(Trials.finished(TRIALS.get(1), 0.95, 0.9));
    Path file = path.resolve("trials").resolve(TRIALS.get(1).name() + ".json");
    edit(file, "\"singleAccuracy\":0.95,", "", Seal.State.INTACT);
    assertThat(missing()).isEqualTo(TRIALS);
    assertThat(warnings).singleElement().asString().contains("is damaged");
  }

  @Test
  void everyCommandThatTrainedIsRemembered() throws IOException {
    keep(Trials.finished(TRIALS.get(0), 0.95, 0.9));
    Finished other = Trials.finished(TRIALS.get(1), 0.95, 0.9);
    folder().keep(other.trial(), other.result(), "bnzoo lesson run all", HERE);
    LessonReport report = folder().report();
    assertThat(report.commands()).containsExactly("bnzoo lesson run all", COMMAND);
    assertThat(report.provenances()).containsExactly(HERE);
  }

  @Test
  void aFileOfNoTrialOrUnderAnotherNameIsLeftOutAndNamed() throws IOException {
    keep(Trials.finished(TRIALS.get(0), 0.95, 0.9));
    Path file = path.resolve("trials").resolve(TRIALS.get(0).name() + ".json");
    Files.copy(file, file.resolveSibling("copy.json"));
    Files.writeString(path.resolve("trials").resolve("notes.json"), "{\"format\": 1}");
    assertThat(folder().results().get(0).trials()).hasSize(1);
    assertThat(warnings)
        .satisfiesExactly(
            warning -> assertThat(warning).contains("copy.json is left out"),
            warning -> assertThat(warning).contains("notes.json is left out"));
  }

  @Test
  void resultsComeInTheCataloguesOrderAndBySeed() throws IOException {
    List<Trial> others = Lesson.find("cell-04").orElseThrow().trials(List.of(2L, 10L), Scale.FULL);
    keep(Trials.finished(TRIALS.get(3), 0.95, 0.9));
    keep(Trials.finished(others.get(3), 0.95, 0.9));
    keep(Trials.finished(others.get(1), 0.95, 0.9));
    List<ExperimentResult> results = folder().results();
    assertThat(results)
        .extracting(result -> result.experiment().id())
        .containsExactly("cell-04", "cell-05");
    assertThat(results.get(0).trials())
        .extracting(finished -> finished.trial().seed())
        .containsExactly(2L, 10L);
  }
}
