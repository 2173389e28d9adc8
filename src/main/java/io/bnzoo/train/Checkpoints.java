package io.bnzoo.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.storage.Json;
import io.bnzoo.storage.ModelFileException;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.storage.ModelOrigin;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.storage.TrustedClasses;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * The last few states of one training, in a folder: {@code NAME-000200.zip} after 200 steps.
 *
 * <p>Each is a model that {@link ModelFiles} opens, so that a training that was given up can be
 * evaluated, too.
 */
final class Checkpoints {
  private static final String ENDING = ".zip";

  private final Path folder;
  private final String name;
  private final NetworkSpec specification;
  private final String dataSha256;
  private final TrainingPlan training;
  private final CheckpointPlan plan;

  /**
   * Checkpoints of one training, some of which may be there already.
   *
   * @param name that no other training in the folder has
   * @param specification of its network
   * @param dataSha256 of the images that it is trained on
   * @param training how it is trained, its data seed included
   * @param plan when checkpoints are written
   */
  Checkpoints(
      Path folder,
      String name,
      NetworkSpec specification,
      String dataSha256,
      TrainingPlan training,
      CheckpointPlan plan) {
    this.folder = folder;
    this.name = name;
    this.specification = specification;
    this.dataSha256 = dataSha256;
    this.training = training;
    this.plan = plan;
  }

  /** Eight digits that no other training shares but by chance one in four thousand million. */
  static String checksum(NetworkSpec specification, TrainingPlan training, String dataSha256) {
    String all = Json.compact(List.of(specification, training, dataSha256));
    return DigestUtils.sha256Hex(all).substring(0, 8);
  }

  /** What a checkpoint says of its training. */
  private record CheckpointState(TrainingPlan plan, TrainingProgress progress) {}

  /** A training's state. */
  record Checkpoint(MultiLayerNetwork network, TrainingProgress progress) {}

  /** Whether it is time for one. */
  boolean isDue(int batchesSince, double secondsSince) {
    return plan.isDue(batchesSince, secondsSince);
  }

  /** Writes a checkpoint, whole or not at all, and removes those that are too old then. */
  void write(MultiLayerNetwork network, TrainingProgress progress) throws IOException {
    Path file =
        folder.resolve(String.format(Locale.ROOT, "%s-%06d%s", name, progress.batches(), ENDING));
    makeRoom(file);
    ModelFiles.saveCheckpoint(
        network,
        file,
        new ModelOrigin(specification, dataSha256, progress.batches()),
        Json.text(new CheckpointState(training, progress)));
    removeAllBut(progress.batches());
  }

  /** A folder in a checkpoint's place does not keep the training from going on. */
  private static void makeRoom(Path file) throws IOException {
    if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
      Path aside = file.resolveSibling(file.getFileName() + "-old");
      for (int number = 2; Files.exists(aside, LinkOption.NOFOLLOW_LINKS); number++) {
        aside = file.resolveSibling(file.getFileName() + "-old-" + number);
      }
      Files.move(file, aside);
    }
  }

  /** Those of more batches are of no use either: the training had to go back behind them. */
  private void removeAllBut(int newest) throws IOException {
    int kept = 0;
    for (Path file : newestFirst()) {
      if (batches(file) > newest || kept == plan.keep()) {
        Files.deleteIfExists(file);
      } else {
        kept++;
      }
    }
  }

  /**
   * The newest one that is intact.
   *
   * @param warnings receives a line for each that is skipped
   */
  Optional<Checkpoint> newest(Consumer<String> warnings) throws IOException {
    return newest(warnings, TrustedClasses.STANDARD);
  }

  /**
   * The same, for a network with layers of one's own.
   *
   * @param trusted what a checkpoint may name
   */
  Optional<Checkpoint> newest(Consumer<String> warnings, TrustedClasses trusted)
      throws IOException {
    for (Path file : newestFirst()) {
      try {
        return Optional.of(read(file, trusted));
      } catch (ModelFileException e) {
        warnings.accept("passed over a checkpoint: " + e.getMessage());
      }
    }
    return Optional.empty();
  }

  private Checkpoint read(Path file, TrustedClasses trusted) throws IOException {
    StoredModel stored = ModelFiles.open(file, trusted);
    boolean ours =
        stored
            .manifest()
            .flatMap(manifest -> manifest.origin())
            .filter(
                origin ->
                    origin.path("specification").equals(Json.asRead(specification))
                        && origin.path("dataSha256").asText().equals(dataSha256))
            .isPresent();
    if (!ours || stored.training().isEmpty()) {
      throw new ModelFileException(file + " is no checkpoint of this training");
    }
    JsonNode entry;
    TrainingProgress progress;
    try {
      entry = Json.mapper().readTree(stored.training().get());
      progress = Json.mapper().treeToValue(entry.path("progress"), TrainingProgress.class);
    } catch (JsonProcessingException e) {
      throw new ModelFileException(file + " does not say how far it has come", e);
    }
    if (progress == null || !entry.path("plan").equals(Json.asRead(training))) {
      throw new ModelFileException(file + " is no checkpoint of this training");
    }
    return new Checkpoint((MultiLayerNetwork) stored.model(), progress);
  }

  /** Removes all of them: the training is over, and its result is written. */
  void remove() throws IOException {
    for (Path file : newestFirst()) {
      Files.deleteIfExists(file);
    }
  }

  private List<Path> newestFirst() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> batches(file) >= 0 && Files.isRegularFile(file))
          .sorted(Comparator.comparing(this::batches).reversed())
          .toList();
    }
  }

  /** After how many a file was written, by its name; -1 if it is none of this training's. */
  private int batches(Path file) {
    Matcher matcher =
        Pattern.compile(Pattern.quote(name) + "-(\\d{6,10})\\" + ENDING)
            .matcher(file.getFileName().toString());
    return matcher.matches()
        ? (int) Math.min(Integer.MAX_VALUE, Long.parseLong(matcher.group(1)))
        : -1;
  }
}
