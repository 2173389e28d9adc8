package io.bnzoo.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.chart.CurveChart;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.experiment.RunStore;
import io.bnzoo.files.AtomicFile;
import io.bnzoo.files.FolderLock;
import io.bnzoo.report.ComparisonTable;
import io.bnzoo.report.Provenance;
import io.bnzoo.report.ResultDocument;
import io.bnzoo.storage.Json;
import io.bnzoo.train.CheckpointPlan;
import io.bnzoo.train.Training;
import io.bnzoo.train.TrainingResult;
import io.bnzoo.zoo.NetworkSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * The folder of a run, from which the same run resumes after an interruption.
 *
 * <p>{@code run.json} says what was asked for. A network that is done has its model and its figures
 * there, see {@link FinishedNetworks}, one that is under way its checkpoints. The folder belongs to
 * one process as long as this is open.
 */
public final class RunFolder implements RunStore, AutoCloseable {
  private static final String REQUEST = "run.json";
  private static final String CHECKPOINTS = "checkpoints";

  private static final String RESULT = "result.json";
  private static final String TABLE = "result.md";
  private static final String ACCURACY = "accuracy.png";
  private static final String LOSS = "loss.png";

  /** Of a lesson. */
  private static final String TRIALS = "trials";

  /** By what the folder of a run, or of the lesson, is known. */
  private static final List<String> SIGNS = List.of(REQUEST, TRIALS, "lesson.json");

  private final Path path;
  private final CheckpointPlan checkpointPlan;
  private final Consumer<String> notices;
  private final FolderLock lock;
  private final FinishedNetworks networks;

  private RunFolder(
      Path path,
      RunRequest.Settings settings,
      CheckpointPlan checkpointPlan,
      Consumer<String> notices,
      FolderLock lock) {
    this.path = path;
    this.checkpointPlan = checkpointPlan;
    this.notices = notices;
    this.lock = lock;
    this.networks = new FinishedNetworks(path, settings, notices);
  }

  /**
   * Opens the folder of a run, or makes it.
   *
   * @param notices receives what a person should know, in single lines
   * @throws OtherRunException if there is a folder with something else in it
   * @throws io.bnzoo.files.FolderInUseException if another process works in it
   * @throws IOException if what a run writes there has no place
   */
  public static RunFolder open(
      Path path, RunRequest request, CheckpointPlan checkpointPlan, Consumer<String> notices)
      throws IOException {
    if (!isEmpty(path)) {
      requireSame(path, request.settings()); // Not even a lock is left in a foreign folder.
    }
    FolderLock lock = FolderLock.take(path);
    try {
      FolderLock.requireNoLink(path.resolve(CHECKPOINTS));
      AtomicFile.removeUnfinished(path);
      AtomicFile.removeUnfinished(path.resolve(CHECKPOINTS));
      if (isEmpty(path)) {
        AtomicFile.write(path.resolve(REQUEST), Json.text(request) + "\n");
      } else {
        requireSame(path, request.settings()); // In the meantime it may have become another's.
      }
      RunFolder folder = new RunFolder(path, request.settings(), checkpointPlan, notices, lock);
      folder.requireRoom();
      return folder;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** Better now than after an hour of training. */
  private void requireRoom() throws IOException {
    networks.requireRoom();
    for (String file : List.of(RESULT, TABLE, ACCURACY, LOSS)) {
      AtomicFile.requireNoFolder(path.resolve(file));
    }
  }

  /** A folder that a process left before it had written anything is as good as none. */
  private static boolean isEmpty(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return true;
    }
    try (var files = Files.list(path)) {
      return files.allMatch(file -> FolderLock.isLock(file) || AtomicFile.isUnfinished(file));
    }
  }

  private static void requireSame(Path path, RunRequest.Settings settings) throws IOException {
    if (!Files.isRegularFile(path.resolve(REQUEST))) {
      throw OtherRunException.taken(path, "it has no " + REQUEST);
    }
    JsonNode found = document(path).path("settings");
    JsonNode expected = Json.asRead(settings);
    if (!found.equals(expected)) {
      Set<String> names = new TreeSet<>();
      expected.fieldNames().forEachRemaining(names::add);
      found.fieldNames().forEachRemaining(names::add);
      names.removeIf(name -> expected.path(name).equals(found.path(name)));
      throw OtherRunException.taken(path, "it differs in " + String.join(", ", names));
    }
  }

  private static JsonNode document(Path path) throws IOException {
    try {
      return Json.mapper().readTree(Files.readAllBytes(path.resolve(REQUEST)));
    } catch (JsonProcessingException e) {
      throw OtherRunException.taken(path, "its " + REQUEST + " is damaged");
    }
  }

  /**
   * The arguments that asked for the run in a folder.
   *
   * @throws OtherRunException if there is none
   */
  public static List<String> command(Path path) throws IOException {
    if (!Files.isRegularFile(path.resolve(REQUEST))) {
      boolean lesson = Files.isDirectory(path.resolve(TRIALS));
      throw OtherRunException.missing(
          path, lesson ? "lesson run resumes it by the same command" : "it has no " + REQUEST);
    }
    List<String> command = new ArrayList<>();
    for (JsonNode argument : document(path).path("command")) {
      if (!argument.isTextual()) {
        throw OtherRunException.missing(path, "its " + REQUEST + " is damaged");
      }
      command.add(argument.textValue());
    }
    return command;
  }

  /**
   * Moves a run's folder out of the way, so that one can start anew under its name.
   *
   * @return where it is now; none if there was nothing
   * @throws OtherRunException if the folder is no run's
   */
  public static Optional<Path> setAside(Path path) throws IOException {
    if (isEmpty(path)) {
      return Optional.empty();
    }
    if (SIGNS.stream().noneMatch(sign -> Files.exists(path.resolve(sign)))) {
      throw OtherRunException.taken(path, "nothing in it is a run's");
    }
    Path aside = path.resolveSibling(path.getFileName() + "-old");
    for (int number = 2; Files.exists(aside); number++) {
      aside = path.resolveSibling(path.getFileName() + "-old-" + number);
    }
    try (FolderLock lock = FolderLock.take(path)) { // Not from under another process.
      return Optional.of(Files.move(path, aside));
    }
  }

  public Path path() {
    return path;
  }

  @Override
  public Optional<TrainingResult> finished(NetworkSpec spec) throws IOException {
    return networks.find(spec);
  }

  @Override
  public Training withCheckpoints(Training training) {
    return training.checkpoints(path.resolve(CHECKPOINTS), checkpointPlan);
  }

  @Override
  public void keep(Comparison.VariantResult variant, MultiLayerNetwork network) throws IOException {
    networks.keep(variant, network);
  }

  /** Where a variant's model goes. */
  public Path modelFile(Comparison.VariantResult variant) {
    return networks.modelFile(variant.spec());
  }

  /** Writes {@code result.json}, {@code result.md}, {@code accuracy.png} and {@code loss.png}. */
  public void write(Comparison.Result result, Provenance provenance) throws IOException {
    Path document = path.resolve(RESULT);
    if (Seal.of(document) == Seal.State.BROKEN) {
      notices.accept(document + " was changed after it was written: it is written anew");
    }
    AtomicFile.write(document, Json.text(Seal.seal(ResultDocument.of(result, provenance))) + "\n");
    AtomicFile.write(
        path.resolve(TABLE),
        new ComparisonTable(result).asMarkdown(path.getFileName().toString(), provenance));
    CurveChart chart = new CurveChart(result);
    chart.writeAccuracy(path.resolve(ACCURACY));
    chart.writeLoss(path.resolve(LOSS));
  }

  /** Lets the folder go. */
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
