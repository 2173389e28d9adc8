package io.bnzoo.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.util.ModelSerializer;

/**
 * The entries of a model's .zip, read once and looked through without deserializing any of them.
 *
 * <p>What is then handed to Deeplearning4j is an archive made anew of exactly these bytes, so a
 * file that looks different to another reader, or changes in the meantime, gains nothing by it.
 */
final class ModelArchive {
  /** Far more than any network that one would evaluate on 28 x 28 pixels. */
  private static final int LARGEST_ENTRY = 1 << 29;

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

  /** Deeplearning4j's own parser might take the other one of two equal keys. */
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Map<String, byte[]> entries;
  private final boolean graph;

  private ModelArchive(Map<String, byte[]> entries, boolean graph) {
    this.entries = entries;
    this.graph = graph;
  }

  /** Whether it is a {@code ComputationGraph}. */
  boolean isGraph() {
    return graph;
  }

  /**
   * Reads a file and looks it through.
   *
   * @throws ModelFileException naming the entry or class that is missing or not allowed
   * @throws ZipException if the file is no intact archive
   */
  static ModelArchive read(Path file) throws IOException {
    requireDirectory(file);
    Map<String, byte[]> entries = entries(file);
    byte[] configuration = entries.get(ModelSerializer.CONFIGURATION_JSON);
    if (configuration == null || !entries.containsKey(ModelSerializer.COEFFICIENTS_BIN)) {
      throw new ModelFileException(
          String.format(
              "%s is not a Deeplearning4j model: it needs the entries %s and %s",
              file, ModelSerializer.CONFIGURATION_JSON, ModelSerializer.COEFFICIENTS_BIN));
    }
    JsonNode root = parse(file, configuration);
    checkClasses(file, root);
    return new ModelArchive(entries, root.has("vertices"));
  }

  /** An archive of the entries, for Deeplearning4j to read. */
  InputStream asStream() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setLevel(0);
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  /** An archive that was cut off has no directory at its end. */
  private static void requireDirectory(Path file) throws IOException {
    new ZipFile(file.toFile()).close();
  }

  private static Map<String, byte[]> entries(Path file) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String name = entry.getName();
        checkName(file, name);
        byte[] bytes = zip.readNBytes(LARGEST_ENTRY + 1);
        if (bytes.length > LARGEST_ENTRY) {
          throw new ModelFileException(
              String.format("%s is refused: its entry %s is over 512 MiB", file, name));
        }
        if (entries.put(name, bytes) != null) {
          throw new ModelFileException(
              String.format("%s is refused: it has the entry %s twice", file, name));
        }
      }
    }
    return entries;
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
      return STRICT.readTree(json);
    } catch (JsonProcessingException e) {
      throw new ModelFileException(
          String.format(
              "%s is refused: %s is not valid JSON", file, ModelSerializer.CONFIGURATION_JSON),
          e);
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
