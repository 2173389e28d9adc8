package io.bnzoo.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.Lesson;
import io.bnzoo.experiment.Scale;
import io.bnzoo.experiment.Sweep;
import io.bnzoo.experiment.Trial;
import io.bnzoo.experiment.TrialResult;
import io.bnzoo.experiment.Variants;
import io.bnzoo.files.AtomicFile;
import io.bnzoo.files.FolderLock;
import io.bnzoo.report.LessonPage;
import io.bnzoo.report.LessonReport;
import io.bnzoo.report.Provenance;
import io.bnzoo.storage.Json;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The folder of a sweep: a file for each finished trial, so that none is trained twice, and the
 * report on all of them.
 *
 * <p>All trials in it are of one scale and of the same digits.
 */
public final class LessonFolder {
  private static final int FORMAT = 1;
  private static final String TRIALS = "trials";
  private static final String CHECKPOINTS = "checkpoints";
  private static final String REPORT = "lesson.json";
  private static final String ENDING = ".json";

  /**
   * What one trial's file holds.
   *
   * @param format of this document; it changes whenever a name in it does
   * @param command that trained it
   */
  record TrialDocument(
      int format,
      String experiment,
      String label,
      String command,
      NetworkSpec specification,
      TrainingPlan plan,
      ImageDataset.Origin data,
      Provenance provenance,
      TrialResult result) {}

  /** A finished trial and where it comes from. */
  private record Kept(Finished finished, String command, Provenance provenance) {}

  private final Path path;
  private final Scale scale;
  private final ImageDataset.Origin data;
  private final Consumer<String> warnings;
  private final Map<String, Kept> kept = new TreeMap<>();

  private LessonFolder(
      Path path, Scale scale, ImageDataset.Origin data, Consumer<String> warnings) {
    this.path = path;
    this.scale = scale;
    this.data = data;
    this.warnings = warnings;
  }

  /**
   * Opens a folder that is there or will be made, and reads what is in it. Two processes may not
   * work in it at a time; see {@link io.bnzoo.files.FolderLock}.
   *
   * @param scale of the trials in it
   * @param data that they are trained on
   * @param warnings receives a line for each file that cannot be used
   * @throws IOException if there are trials of another scale, other digits or other settings, or
   *     what is to be written there has no place
   */
  public static LessonFolder open(
      Path path, Scale scale, ImageDataset.Origin data, Consumer<String> warnings)
      throws IOException {
    LessonFolder folder = new LessonFolder(path, scale, data, warnings);
    AtomicFile.removeUnfinished(path);
    for (String within : List.of(TRIALS, CHECKPOINTS, LessonPage.CHARTS)) {
      FolderLock.requireNoLink(path.resolve(within));
      AtomicFile.removeUnfinished(path.resolve(within));
    }
    for (String written : List.of(REPORT, LessonPage.FILE, LessonPage.TEXT)) {
      AtomicFile.requireNoFolder(path.resolve(written));
    }
    if (Files.isDirectory(path.resolve(TRIALS))) {
      List<Path> files;
      try (Stream<Path> all = Files.list(path.resolve(TRIALS))) {
        files = all.filter(file -> file.toString().endsWith(ENDING)).sorted().toList();
      }
      for (Path file : files) {
        AtomicFile.requireNoFolder(file);
        folder.read(file);
      }
    }
    return folder;
  }

  public Path path() {
    return path;
  }

  /** Where trainings under way are kept until they have a result. */
  public Path checkpoints() {
    return path.resolve(CHECKPOINTS);
  }

  /** Writes a result down, completely or not at all. */
  public void keep(Trial trial, TrialResult result, String command, Provenance provenance)
      throws IOException {
    TrialDocument document =
        new TrialDocument(
            FORMAT,
            trial.experiment().id(),
            trial.variant().label(),
            command,
            trial.spec(),
            trial.plan(),
            data,
            provenance,
            result);
    AtomicFile.write(file(trial), Json.compact(Seal.seal(document)));
    kept.put(trial.name(), new Kept(new Finished(trial, result), command, provenance));
  }

  /**
   * Those trials that have no result here yet.
   *
   * @param diagnostics if on, a result without snapshots does not count
   */
  public List<Trial> missing(List<Trial> trials, Sweep.Diagnostics diagnostics) {
    return trials.stream().filter(trial -> !isHere(trial, diagnostics)).toList();
  }

  private boolean isHere(Trial trial, Sweep.Diagnostics diagnostics) {
    Kept found = kept.get(trial.name());
    return found != null
        && (diagnostics == Sweep.Diagnostics.OFF
            || !found.finished().result().snapshots().isEmpty());
  }

  /** Everything finished that is here, by experiment, in the catalogue's order. */
  List<ExperimentResult> results() {
    List<ExperimentResult> results = new ArrayList<>();
    for (Experiment experiment : Lesson.experiments()) {
      List<Finished> own =
          kept.values().stream()
              .map(Kept::finished)
              .filter(one -> one.trial().experiment().equals(experiment))
              .sorted(Comparator.comparingLong(one -> one.trial().seed()))
              .toList();
      if (!own.isEmpty()) {
        results.add(new ExperimentResult(experiment, scale, own));
      }
    }
    return results;
  }

  /** The commands that trained what is here, each once. */
  List<String> commands() {
    return kept.values().stream().map(Kept::command).distinct().sorted().toList();
  }

  /** The software and machines that trained what is here, each once. */
  List<Provenance> provenances() {
    return kept.values().stream().map(Kept::provenance).distinct().toList();
  }

  private void read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      warnings.accept(file + " is left out: it is no regular file");
      return;
    }
    try {
      JsonNode document = Json.mapper().readTree(Files.readAllBytes(file));
      if (Seal.of(document) == Seal.State.BROKEN) {
        warnings.accept(file + " was changed after it was written and does not count");
        return;
      }
      Optional<Trial> found = trial(document);
      if (found.isEmpty() || !file.getFileName().equals(file(found.get()).getFileName())) {
        warnings.accept(file + " is left out: it is no trial of the lesson under its own name");
        return;
      }
      Trial trial = found.get();
      requireSame("another format", file, document.path("format"), FORMAT);
      requireSame("other settings", file, document.path("specification"), trial.spec());
      requireSame("another length", file, document.path("plan"), trial.plan());
      requireSame("other digits", file, document.at("/data/sha256"), data.sha256());
      kept.put(
          trial.name(),
          new Kept(
              new Finished(
                  trial, Json.mapper().treeToValue(document.path("result"), TrialResult.class)),
              document.path("command").asText(),
              Json.mapper().treeToValue(document.path("provenance"), Provenance.class)));
    } catch (JsonProcessingException damaged) {
      warnings.accept(file + " is damaged and does not count");
    }
  }

  private Optional<Trial> trial(JsonNode document) {
    return Lesson.find(document.path("experiment").asText())
        .flatMap(
            experiment ->
                Variants.find(document.path("label").asText())
                    .map(
                        variant ->
                            new Trial(
                                experiment,
                                variant,
                                document.at("/specification/seed").asLong(),
                                scale)));
  }

  private static void requireSame(String what, Path file, JsonNode found, Object expected)
      throws IOException {
    if (!found.equals(Json.asRead(expected))) {
      throw new IOException(
          String.format("%s is of %s: choose another --name, or move the folder away", file, what));
    }
  }

  private Path file(Trial trial) {
    return path.resolve(TRIALS).resolve(trial.name() + ENDING);
  }

  /** The report on everything that is here. */
  public LessonReport report() {
    return LessonReport.of(results(), scale, data, commands(), provenances());
  }

  /** Writes {@code index.html}, {@code lesson.md}, {@code lesson.json} and {@code charts/}. */
  public void write(LessonReport report) throws IOException {
    new LessonPage(report).write(path);
    Path document = path.resolve(REPORT);
    if (Seal.of(document) == Seal.State.BROKEN) {
      warnings.accept(document + " was changed after it was written: it is written anew");
    }
    AtomicFile.write(document, Json.compact(Seal.seal(report)) + "\n");
  }
}
