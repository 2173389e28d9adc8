package io.bnzoo.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.bnzoo.data.Digits;
import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.ExperimentResult;
import io.bnzoo.experiment.ExperimentResult.Finished;
import io.bnzoo.experiment.Lesson;
import io.bnzoo.experiment.Scale;
import io.bnzoo.experiment.Sweep;
import io.bnzoo.experiment.Trial;
import io.bnzoo.experiment.TrialResult;
import io.bnzoo.experiment.Variants;
import io.bnzoo.spec.NetworkSpec;
import io.bnzoo.spec.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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
  private static final String ENDING = ".json";

  private static final ObjectMapper MAPPER =
      Json.mapper().copy().disable(SerializationFeature.INDENT_OUTPUT);

  /**
   * What one trial's file holds.
   *
   * @param format of this document; it changes whenever a name in it does
   */
  record TrialDocument(
      int format,
      String experiment,
      String label,
      NetworkSpec specification,
      TrainingPlan plan,
      Digits.Origin data,
      Provenance provenance,
      TrialResult result) {}

  private final Path path;
  private final Scale scale;
  private final Digits.Origin data;
  private final Consumer<String> warnings;

  /**
   * A folder that is there or will be made.
   *
   * @param scale of the trials in it
   * @param data that they are trained on
   * @param warnings hears of files that are of no use
   */
  public LessonFolder(Path path, Scale scale, Digits.Origin data, Consumer<String> warnings) {
    this.path = path;
    this.scale = scale;
    this.data = data;
    this.warnings = warnings;
  }

  public Path path() {
    return path;
  }

  /** Writes a result down, completely or not at all. */
  public void keep(Trial trial, TrialResult result, Provenance provenance) throws IOException {
    TrialDocument document =
        new TrialDocument(
            FORMAT,
            trial.experiment().id(),
            trial.variant().label(),
            trial.spec(),
            trial.plan(),
            data,
            provenance,
            result);
    Files.createDirectories(path.resolve(TRIALS));
    Path unfinished = path.resolve(TRIALS).resolve(trial.name() + ".tmp");
    Files.write(unfinished, MAPPER.writeValueAsBytes(document));
    Files.move(unfinished, file(trial), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Those trials that have no result here yet.
   *
   * @param diagnostics if on, a result without snapshots does not count
   * @throws IOException if a result of other settings or other digits stands in their place
   */
  public List<Trial> missing(List<Trial> trials, Sweep.Diagnostics diagnostics) throws IOException {
    List<Trial> missing = new ArrayList<>();
    for (Trial trial : trials) {
      Optional<TrialResult> result = find(trial);
      boolean enough =
          result
              .filter(found -> diagnostics == Sweep.Diagnostics.OFF || !found.snapshots().isEmpty())
              .isPresent();
      if (!enough) {
        missing.add(trial);
      }
    }
    return missing;
  }

  /** Everything finished that is here, by experiment, in the catalogue's order. */
  public List<ExperimentResult> results() throws IOException {
    List<Finished> finished = new ArrayList<>();
    for (Trial trial : trialsHere()) {
      find(trial).ifPresent(result -> finished.add(new Finished(trial, result)));
    }
    List<ExperimentResult> results = new ArrayList<>();
    for (Experiment experiment : Lesson.experiments()) {
      List<Finished> own =
          finished.stream()
              .filter(one -> one.trial().experiment().equals(experiment))
              .sorted(Comparator.comparingLong(one -> one.trial().seed()))
              .toList();
      if (!own.isEmpty()) {
        results.add(new ExperimentResult(experiment, scale, own));
      }
    }
    return results;
  }

  private List<Trial> trialsHere() throws IOException {
    if (!Files.isDirectory(path.resolve(TRIALS))) {
      return List.of();
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(path.resolve(TRIALS))) {
      files = all.filter(file -> file.toString().endsWith(ENDING)).sorted().toList();
    }
    List<Trial> trials = new ArrayList<>();
    for (Path file : files) {
      Optional<Trial> trial = read(file).flatMap(this::trial);
      if (trial.isPresent()) {
        trials.add(trial.orElseThrow());
      } else {
        warnings.accept(file + " is left out: it is damaged or no trial of the lesson");
      }
    }
    return trials;
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

  private Optional<TrialResult> find(Trial trial) throws IOException {
    Optional<JsonNode> document = read(file(trial));
    if (document.isEmpty()) {
      return Optional.empty();
    }
    requireSame("settings", trial, document.orElseThrow().path("specification"), trial.spec());
    requireSame("length", trial, document.orElseThrow().path("plan"), trial.plan());
    requireSame("digits", trial, document.orElseThrow().at("/data/sha256"), data.sha256());
    try {
      return Optional.of(
          MAPPER.treeToValue(document.orElseThrow().path("result"), TrialResult.class));
    } catch (JsonProcessingException damaged) {
      warnings.accept(file(trial) + " is damaged and does not count");
      return Optional.empty();
    }
  }

  /** A trial's document, if the file is there and is one. */
  private Optional<JsonNode> read(Path file) throws IOException {
    try {
      JsonNode document = MAPPER.readTree(Files.readAllBytes(file));
      return Optional.of(document).filter(node -> node.path("format").asInt() == FORMAT);
    } catch (NoSuchFileException missing) {
      return Optional.empty();
    } catch (JsonProcessingException damaged) {
      warnings.accept(file + " is damaged and does not count");
      return Optional.empty();
    }
  }

  private void requireSame(String what, Trial trial, JsonNode found, Object expected)
      throws IOException {
    // As the value looks after having been written and read.
    if (!found.equals(MAPPER.readTree(MAPPER.writeValueAsBytes(expected)))) {
      throw new IOException(
          String.format(
              "%s was trained with other %s: choose another --name, or move the folder away",
              file(trial), what));
    }
  }

  private Path file(Trial trial) {
    return path.resolve(TRIALS).resolve(trial.name() + ENDING);
  }

  /** Writes {@code index.html}, {@code lesson.md}, {@code lesson.json} and {@code charts/}. */
  public void write(LessonReport report) throws IOException {
    Files.createDirectories(path);
    new LessonPage(report).write(path);
    Files.writeString(path.resolve("lesson.json"), MAPPER.writeValueAsString(report) + "\n");
  }
}
