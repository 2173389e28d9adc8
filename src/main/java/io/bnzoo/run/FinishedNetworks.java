package io.bnzoo.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.files.AtomicFile;
import io.bnzoo.storage.Json;
import io.bnzoo.storage.ModelFileException;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.storage.ModelOrigin;
import io.bnzoo.train.Outcome;
import io.bnzoo.train.TrainingResult;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.commons.codec.digest.MessageDigestAlgorithms;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * The networks of a run that are done: each has its model and its figures in the run's folder,
 * {@code LABEL-seed-N.zip} and {@code .json}.
 *
 * <p>The figures carry a checksum of their own and the model's. A network whose files are not as
 * they were written does not count as done.
 */
final class FinishedNetworks {
  private static final int FORMAT = 2;

  private final Path path;
  private final RunRequest.Settings settings;
  private final Consumer<String> notices;

  FinishedNetworks(Path path, RunRequest.Settings settings, Consumer<String> notices) {
    this.path = path;
    this.settings = settings;
    this.notices = notices;
  }

  /**
   * What a network's {@code .json} holds. In format 1 it was the result alone.
   *
   * @param data SHA-256 of the digits
   * @param model SHA-256 of the file beside it
   */
  private record StoredResult(
      int format,
      NetworkSpec specification,
      TrainingPlan plan,
      String data,
      String model,
      TrainingResult result) {}

  Path modelFile(NetworkSpec spec) {
    return path.resolve(Comparison.name(spec) + ".zip");
  }

  private Path figuresFile(NetworkSpec spec) {
    return path.resolve(Comparison.name(spec) + ".json");
  }

  /**
   * To be asked before anything is trained.
   *
   * @throws IOException if there is a folder in a file's place
   */
  void requireRoom() throws IOException {
    for (NetworkSpec spec : settings.networks()) {
      AtomicFile.requireNoFolder(modelFile(spec));
      AtomicFile.requireNoFolder(figuresFile(spec));
    }
  }

  /** Writes a network down, and that it is done unless it was stopped. */
  void keep(Comparison.VariantResult variant, MultiLayerNetwork network) throws IOException {
    NetworkSpec spec = variant.spec();
    TrainingResult result = variant.result();
    Path model = modelFile(spec);
    ModelFiles.save(network, model, new ModelOrigin(spec, settings.data(), result.batches()));
    if (!(result.outcome() instanceof Outcome.Stopped)) {
      StoredResult document =
          new StoredResult(
              FORMAT,
              spec,
              variant.plan(),
              settings.data(),
              new DigestUtils(MessageDigestAlgorithms.SHA_256).digestAsHex(model),
              variant.result());
      AtomicFile.write(figuresFile(spec), Json.text(Seal.seal(document)) + "\n");
    }
  }

  /** What came out of a network, if it is done and both of its files are as they were written. */
  Optional<TrainingResult> find(NetworkSpec spec) throws IOException {
    Path figures = figuresFile(spec);
    if (!Files.isRegularFile(figures)) {
      return Optional.empty();
    }
    try {
      JsonNode document = Json.mapper().readTree(Files.readAllBytes(figures));
      TrainingResult result =
          document.has("result")
              ? read(spec, figures, document)
              : readFormat1(spec, figures, document);
      notices.accept(Comparison.name(spec) + " is here already");
      return Optional.of(result);
    } catch (UnusableException e) {
      return trainedAgain(spec, e.getMessage());
    } catch (JsonProcessingException e) {
      return trainedAgain(spec, figures + " is damaged");
    }
  }

  private Optional<TrainingResult> trainedAgain(NetworkSpec spec, String reason) {
    notices.accept(reason + ": " + Comparison.name(spec) + " is trained again");
    return Optional.empty();
  }

  private TrainingResult read(NetworkSpec spec, Path figures, JsonNode document)
      throws IOException {
    if (Seal.of(document) != Seal.State.INTACT) {
      throw new UnusableException(figures + " was changed after it was written");
    }
    TrainingPlan plan = settings.plan().withDataSeed(spec.seed());
    boolean ofThisRun =
        document.path("format").asInt() == FORMAT
            && isAt(document, "specification", spec)
            && isAt(document, "plan", plan)
            && isAt(document, "data", settings.data());
    if (!ofThisRun) {
      throw new UnusableException(figures + " is of another run");
    }
    Path model = modelFile(spec);
    requireRegular(model);
    if (!new DigestUtils(MessageDigestAlgorithms.SHA_256)
        .digestAsHex(model)
        .equals(document.path("model").asText())) {
      throw new UnusableException(model + " is damaged, or was changed after it was written");
    }
    return result(figures, document.path("result"));
  }

  /** Its figures have no checksum, but the model has those of its own entries. */
  private TrainingResult readFormat1(NetworkSpec spec, Path figures, JsonNode document)
      throws IOException {
    TrainingResult result = result(figures, document);
    Path model = modelFile(spec);
    requireRegular(model);
    JsonNode origin;
    try {
      origin =
          ModelFiles.open(model)
              .manifest()
              .flatMap(manifest -> manifest.origin())
              .orElseThrow(() -> new UnusableException(model + " does not say what it is"));
    } catch (ModelFileException e) {
      throw new UnusableException(e.getMessage());
    }
    boolean ofThisRun =
        isAt(origin, "specification", spec)
            && isAt(origin, "dataSha256", settings.data())
            && isAt(origin, "batches", result.batches());
    if (!ofThisRun) {
      throw new UnusableException(model + " is of another run than its figures");
    }
    return result;
  }

  private static boolean isAt(JsonNode document, String field, Object expected) {
    return document.path(field).equals(Json.asRead(expected));
  }

  private static void requireRegular(Path model) throws UnusableException {
    if (!Files.isRegularFile(model)) {
      throw new UnusableException(model + " is missing");
    }
  }

  private static TrainingResult result(Path figures, JsonNode json) throws IOException {
    TrainingResult result = Json.mapper().treeToValue(json, TrainingResult.class);
    if (result == null) {
      throw new UnusableException(figures + " is damaged");
    }
    return result;
  }

  /** A network's files do not say that it is done; the message says why. */
  private static final class UnusableException extends IOException {
    private static final long serialVersionUID = 1L;

    UnusableException(String message) {
      super(message);
    }
  }
}
