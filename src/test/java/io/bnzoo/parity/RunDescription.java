package io.bnzoo.parity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bnzoo.data.ImageDataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * What was trained in a recorded run, and on what.
 *
 * @param kind one name for all seeds of it, {@code cnn...} or {@code mlp...}
 * @param batches indices into MNIST's training file, a list for each step
 * @param losses before each step, on its batch, in training mode
 */
record RunDescription(
    String kind,
    BatchNorm batchNorm,
    Activation activation,
    IUpdater updater,
    double decay,
    double epsilon,
    List<List<Integer>> batches,
    List<Double> losses) {

  private static final int TRAINING_FILE_SIZE = 60_000;

  /** What of TensorFlow's normalized. */
  enum BatchNorm {
    NONE,
    /** From tf.nn.moments; the running variance is moved by the biased one. */
    MOMENTS,
    /** TensorFlow's fused batch norm, whose running variance has n/(n-1). */
    FUSED
  }

  private enum Activations {
    RELU,
    SIGMOID,
    TANH
  }

  private enum Models {
    CNN,
    MLP
  }

  RunDescription {
    check(losses.size() >= 2, "it must have 2 steps or more, it has %d losses", losses.size());
    check(
        batches.size() == losses.size(),
        "it has %d losses and %d batches",
        losses.size(),
        batches.size());
    for (List<Integer> batch : batches) {
      check(
          batch.size() == batches.get(0).size() && batch.size() > 1,
          "its batches must be of the same size, above 1; one has %d images",
          batch.size());
      for (int index : batch) {
        check(
            index >= ImageDataset.VALIDATION_SIZE && index < TRAINING_FILE_SIZE,
            "its batches must be of images %d to %d of the training file, got %d",
            ImageDataset.VALIDATION_SIZE,
            TRAINING_FILE_SIZE - 1,
            index);
      }
    }
  }

  /**
   * Reads a run's {@code case.json}.
   *
   * @throws IOException if it is of no known kind, saying what was expected
   */
  static RunDescription read(Path file) throws IOException {
    try {
      return of(JsonMapper.builder().build().readTree(file.toFile()));
    } catch (JsonProcessingException e) {
      throw new IOException(file.getFileName() + " is no JSON: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IOException(file.getFileName() + ": " + e.getMessage(), e);
    }
  }

  private static RunDescription of(JsonNode json) {
    String kind = field(json, "case").asText();
    oneOf(Models.class, "the beginning of \"case\"", kind.split("-", -1)[0]);
    Activations activation =
        oneOf(Activations.class, "\"activation\"", field(json, "activation").asText());
    RunDescription description =
        new RunDescription(
            kind,
            oneOf(BatchNorm.class, "\"batch_norm\"", field(json, "batch_norm").asText()),
            Activation.valueOf(activation.name()),
            updater(field(json, "optimizer").asText(), number(field(json, "learning_rate"))),
            number(field(json, "decay")),
            number(field(json, "epsilon")),
            batches(field(json, "batches")),
            numbers(field(json, "loss_before_each_step")));
    int steps = field(json, "steps").asInt();
    check(
        steps == description.losses().size(),
        "\"steps\" is %d, there are %d losses",
        steps,
        description.losses().size());
    return description;
  }

  private static IUpdater updater(String name, double learningRate) {
    return switch (name) {
      case "SGD" -> new Sgd(learningRate);
      case "Adam(0.9, 0.999, 1e-8)" -> new Adam(learningRate);
      default ->
          throw new IllegalArgumentException(
              "\"optimizer\" must be SGD or Adam(0.9, 0.999, 1e-8), got " + name);
    };
  }

  private static List<List<Integer>> batches(JsonNode array) {
    List<List<Integer>> batches = new ArrayList<>();
    for (JsonNode batch : array) {
      List<Integer> indices = new ArrayList<>();
      batch.forEach(index -> indices.add(index.asInt(-1)));
      batches.add(List.copyOf(indices));
    }
    return List.copyOf(batches);
  }

  private static List<Double> numbers(JsonNode array) {
    List<Double> numbers = new ArrayList<>();
    array.forEach(each -> numbers.add(number(each)));
    return List.copyOf(numbers);
  }

  private static double number(JsonNode node) {
    check(node.isNumber() && Double.isFinite(node.asDouble()), "%s is no finite number", node);
    return node.asDouble();
  }

  private static JsonNode field(JsonNode json, String name) {
    check(json.hasNonNull(name), "there is no \"%s\"", name);
    return json.get(name);
  }

  private static <E extends Enum<E>> E oneOf(Class<E> type, String what, String name) {
    List<String> known = new ArrayList<>();
    for (E each : type.getEnumConstants()) {
      known.add(each.name().toLowerCase(Locale.ROOT));
    }
    check(known.contains(name), "%s must be one of %s, got %s", what, known, name);
    return type.getEnumConstants()[known.indexOf(name)];
  }

  private static void check(boolean holds, String format, Object... arguments) {
    if (!holds) {
      throw new IllegalArgumentException(String.format(Locale.ROOT, format, arguments));
    }
  }

  boolean convolutional() {
    return kind.startsWith("cnn");
  }

  boolean normalized() {
    return batchNorm != BatchNorm.NONE;
  }

  int steps() {
    return losses.size();
  }
}
