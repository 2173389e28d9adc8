package io.bnzoo.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.deeplearning4j.util.ModelSerializer;

/**
 * What is in a model's .zip, found out without deserializing any of it.
 *
 * @param isGraph whether it is a {@code ComputationGraph}
 */
record ModelArchive(boolean isGraph) {
  private static final int LARGEST_CONFIGURATION = 16 << 20;

  /** Entries that hold numbers or text. The others that Deeplearning4j knows hold Java objects. */
  private static final Set<String> HARMLESS =
      Set.of(
          ModelSerializer.CONFIGURATION_JSON,
          ModelSerializer.COEFFICIENTS_BIN,
          ModelSerializer.UPDATER_BIN,
          ModelSerializer.NO_PARAMS_MARKER);

  private static final Set<String> JAVA_OBJECTS =
      Set.of(ModelSerializer.PREPROCESSOR_BIN, ModelSerializer.NORMALIZER_BIN);

  /** Where the classes that a configuration may name live. */
  private static final List<String> TRUSTED_PACKAGES =
      List.of("org.deeplearning4j.nn.", "org.nd4j.linalg.", "io.bnzoo.layer.");

  /**
   * Looks a file through.
   *
   * @throws ModelFileException naming the entry or class that is missing or not allowed
   */
  static ModelArchive inspect(Path file) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        checkName(file, entry.getName());
      }
      ZipEntry configuration = zip.getEntry(ModelSerializer.CONFIGURATION_JSON);
      if (configuration == null || zip.getEntry(ModelSerializer.COEFFICIENTS_BIN) == null) {
        throw new ModelFileException(
            String.format(
                "%s is no Deeplearning4j model: it needs the entries %s and %s",
                file, ModelSerializer.CONFIGURATION_JSON, ModelSerializer.COEFFICIENTS_BIN));
      }
      byte[] json = zip.getInputStream(configuration).readNBytes(LARGEST_CONFIGURATION + 1);
      if (json.length > LARGEST_CONFIGURATION) {
        throw new ModelFileException(
            file + ": " + ModelSerializer.CONFIGURATION_JSON + " is larger than any network's");
      }
      JsonNode root = parse(file, json);
      checkClasses(file, root);
      return new ModelArchive(root.has("vertices"));
    }
  }

  private static void checkName(Path file, String name) throws ModelFileException {
    if (JAVA_OBJECTS.contains(name)) {
      throw new ModelFileException(
          String.format(
              "%s is refused: its entry %s holds Java objects, which could run code when read;"
                  + " save the model without its normalizer",
              file, name));
    }
    if (!HARMLESS.contains(name)) {
      throw new ModelFileException(
          String.format("%s is refused: a Deeplearning4j model has no entry %s", file, name));
    }
  }

  private static JsonNode parse(Path file, byte[] json) throws IOException {
    try {
      return new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new ModelFileException(
          file + ": " + ModelSerializer.CONFIGURATION_JSON + " is no JSON", e);
    }
  }

  /** Deeplearning4j instantiates whatever class an {@code @class} property names. */
  private static void checkClasses(Path file, JsonNode root) throws ModelFileException {
    Optional<String> foreign =
        root.findValues("@class").stream()
            .map(JsonNode::asText)
            .filter(name -> TRUSTED_PACKAGES.stream().noneMatch(name::startsWith))
            .findFirst();
    if (foreign.isPresent()) {
      throw new ModelFileException(
          String.format(
              "%s is refused: its configuration names the class %s, which is no layer,"
                  + " activation, loss or updater of Deeplearning4j",
              file, foreign.get()));
    }
  }
}
