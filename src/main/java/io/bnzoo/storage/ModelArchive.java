package io.bnzoo.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.files.Reason;
import io.bnzoo.files.ShownName;
import io.bnzoo.limits.EmbeddedArrays;
import io.bnzoo.limits.RunningVariances;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The entries of a model's .zip, validated without deserializing any of them.
 *
 * <p>The configuration is read first, since it says how large the other entries may be. The network
 * is made of these bytes and no others: Deeplearning4j reads nothing from the file itself.
 */
final class ModelArchive {
  /** Of a training under way: how far it has come. */
  static final String TRAINING = "training.json";

  /** A thousand layers have less; of brackets alone, more would fill the heap. */
  private static final long MOST_TEXT = 1 << 22;

  /** What any file may unpack to; a larger one has to be a hundredth of it at least. */
  private static final long ALWAYS_ALLOWED = 1 << 28;

  private static final int LARGEST_RATIO = 100;

  /** An array in Java has no more; Deeplearning4j reads entries into one, too. */
  static final long LARGEST_ARRAY = Integer.MAX_VALUE - 16;

  /** What an array's entry has before its values: names of types and a shape. */
  static final long ARRAY_HEADER = 1 << 10;

  /** Entries that hold numbers or text. */
  private static final Set<String> HARMLESS =
      Set.of(
          ModelSerializer.CONFIGURATION_JSON,
          ModelSerializer.COEFFICIENTS_BIN,
          ModelSerializer.UPDATER_BIN,
          ModelSerializer.NO_PARAMS_MARKER,
          ModelSerializer.NORMALIZER_BIN,
          Manifest.ENTRY,
          TRAINING);

  private static final List<String> ARRAYS =
      List.of(ModelSerializer.COEFFICIENTS_BIN, ModelSerializer.UPDATER_BIN);

  /** Java objects of former releases, and what Deeplearning4j's {@code addObjectToFile} adds. */
  private static final String FORMER_UPDATER = "updater.bin";

  private static final String OBJECTS = "objects/";

  private final Path file;
  private final Map<String, byte[]> entries;
  private final StoredConfiguration configuration;
  private final Optional<Manifest> manifest;

  /** Those of the entries that are arrays, inspected. */
  private final Map<String, StoredArray> arrays;

  private ModelArchive(
      Path file,
      Map<String, byte[]> entries,
      StoredConfiguration configuration,
      Optional<Manifest> manifest,
      Map<String, StoredArray> arrays) {
    this.file = file;
    this.entries = entries;
    this.configuration = configuration;
    this.manifest = manifest;
    this.arrays = arrays;
  }

  /** What vouches for the entries. */
  Optional<Manifest> manifest() {
    return manifest;
  }

  /** An entry as text. */
  Optional<String> text(String name) {
    return Optional.ofNullable(entries.get(name))
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /**
   * What pixels go through before the model is given them.
   *
   * @throws ModelFileException if there is one that cannot be applied, saying why
   */
  Optional<StoredNormalizer> normalizer() throws IOException {
    byte[] bytes = entries.get(ModelSerializer.NORMALIZER_BIN);
    if (bytes == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(NormalizerReader.read(bytes));
    } catch (IOException e) {
      throw ModelFileException.refused(
          file, e, "its entry %s %s", ModelSerializer.NORMALIZER_BIN, e.getMessage());
    }
  }

  /**
   * Reads a file and looks it through.
   *
   * @throws ModelFileException naming the entry or class that is missing or not allowed
   * @throws ZipException if the file is no intact archive
   */
  static ModelArchive read(Path file, TrustedClasses trusted) throws IOException {
    BoundedZip zip = BoundedZip.open(file);
    requireModel(file, zip);
    byte[] json = zip.entry(ModelSerializer.CONFIGURATION_JSON);
    StoredConfiguration configuration = inspect(file, json, trusted);
    long parameters = parametersNeeded(file, configuration, zip);
    requirePlausible(file, zip, configuration, parameters);
    Map<String, byte[]> entries = zip.entries();
    if (!Arrays.equals(entries.get(ModelSerializer.CONFIGURATION_JSON), json)) {
      throw new ModelFileException(file + " was changed while it was read; read it again");
    }
    Optional<Manifest> manifest = checkManifest(file, entries);
    return new ModelArchive(
        file, entries, configuration, manifest, arrays(file, entries, parameters));
  }

  private static void requireModel(Path file, BoundedZip zip) throws IOException {
    for (String name : zip.names()) {
      checkName(file, name);
      if (zip.size(name) > (ARRAYS.contains(name) ? LARGEST_ARRAY : MOST_TEXT)) {
        throw tooLarge(
            file, name, zip.size(name), ARRAYS.contains(name) ? LARGEST_ARRAY : MOST_TEXT);
      }
    }
    if (!zip.names()
        .containsAll(
            List.of(ModelSerializer.CONFIGURATION_JSON, ModelSerializer.COEFFICIENTS_BIN))) {
      throw new ModelFileException(
          String.format(
              "%s is not a Deeplearning4j model: it needs the entries %s and %s; save one with"
                  + " ModelSerializer",
              file, ModelSerializer.CONFIGURATION_JSON, ModelSerializer.COEFFICIENTS_BIN));
    }
  }

  private static StoredConfiguration inspect(Path file, byte[] json, TrustedClasses trusted)
      throws IOException {
    // Deeplearning4j is given the same characters, so that both read the same.
    String text = new String(json, StandardCharsets.UTF_8);
    JsonNode root = parse(file, ModelSerializer.CONFIGURATION_JSON, text);
    ConfigurationReader reader = trusted.reader();
    StoredConfiguration configuration;
    try {
      reader.checkClasses(root);
      EmbeddedArrays.check(root);
      configuration = reader.read(root, text);
    } catch (IOException e) {
      throw ModelFileException.refused(
          file, e, "its entry %s %s", ModelSerializer.CONFIGURATION_JSON, e.getMessage());
    }
    checkLimits(file, configuration);
    return configuration;
  }

  private static void checkLimits(Path file, StoredConfiguration configuration)
      throws ModelFileException {
    try {
      configuration.checkLimits();
    } catch (IOException e) {
      throw ModelFileException.refused(
          file, e, "%s; get the file from where it was made", e.getMessage());
    } catch (RuntimeException e) { // Something is missing that every configuration has.
      throw ModelFileException.refused(
          file,
          e,
          "its entry %s is not complete: %s; take another copy",
          ModelSerializer.CONFIGURATION_JSON,
          ShownName.of(Reason.of(e)));
    }
  }

  private static long parametersNeeded(Path file, StoredConfiguration configuration, BoundedZip zip)
      throws ModelFileException {
    try {
      return configuration.parameters(zip.size(ModelSerializer.COEFFICIENTS_BIN) / 2);
    } catch (RuntimeException e) { // Deeplearning4j's layers fail in many ways, too.
      throw ModelFileException.refused(
          file,
          e,
          "its entry %s does not describe a network with the %d bytes of %s: %s;"
              + " take another copy",
          ModelSerializer.CONFIGURATION_JSON,
          zip.size(ModelSerializer.COEFFICIENTS_BIN),
          ModelSerializer.COEFFICIENTS_BIN,
          ShownName.of(String.valueOf(e.getMessage())));
    }
  }

  /** Before anything is unpacked. */
  private static void requirePlausible(
      Path file, BoundedZip zip, StoredConfiguration configuration, long parameters)
      throws IOException {
    long most = ARRAY_HEADER + parameters * DataType.DOUBLE.width();
    long mostState = ARRAY_HEADER + configuration.stateOfAParameter() * most;
    requireAtMost(file, zip, ModelSerializer.COEFFICIENTS_BIN, most);
    requireAtMost(file, zip, ModelSerializer.UPDATER_BIN, mostState);
    long size = zip.names().stream().mapToLong(zip::size).sum();
    long mostOfAll = Math.max(ALWAYS_ALLOWED, LARGEST_RATIO * Files.size(file));
    if (size > mostOfAll) {
      throw ModelFileException.refused(
          file,
          "it unpacks to %d bytes, more than %d times its own size; save the"
              + " model with ModelFiles",
          size,
          LARGEST_RATIO);
    }
  }

  private static void requireAtMost(Path file, BoundedZip zip, String entry, long most)
      throws ModelFileException {
    if (zip.size(entry) > most) {
      throw tooLarge(file, entry, zip.size(entry), most);
    }
  }

  private static ModelFileException tooLarge(Path file, String entry, long size, long most) {
    return ModelFileException.refused(
        file,
        "its entry %s unpacks to %d bytes, and the model has at most %d in it;"
            + " take another copy",
        entry,
        size,
        most);
  }

  /** The network with its parameters and the state of its updater. */
  Model network() throws IOException {
    Model network =
        configuration.network(
            Optional.ofNullable(arrays.get(ModelSerializer.COEFFICIENTS_BIN))
                .map(StoredArray::toRow));
    StoredArray state = arrays.get(ModelSerializer.UPDATER_BIN);
    if (state != null) {
      INDArray place = configuration.updaterState(network).orElseGet(Nd4j::empty);
      if (place.length() != state.length()) {
        throw ModelFileException.refused(
            file,
            "its updater keeps %d values, its entry %s has %d; take another copy",
            place.length(),
            ModelSerializer.UPDATER_BIN,
            state.length());
      }
      place.assign(state.toRow().reshape(place.shape()));
    }
    checkParameters(network);
    return network;
  }

  /** Those that no network can work with, which are reported by the layer that has them. */
  private void checkParameters(Model network) throws ModelFileException {
    Optional<String> fault = RunningVariances.fault(network);
    if (fault.isPresent()) {
      throw ModelFileException.refused(
          file,
          "its %s; train it anew or, if it is your own and its weights are finite, read it with"
              + " ModelSerializer and give it to Recalibration",
          fault.get());
    }
    StoredArray values = arrays.get(ModelSerializer.COEFFICIENTS_BIN);
    if (values != null && !values.finite()) {
      throw ModelFileException.refused(
          file,
          "its %s values that are not finite; its training has diverged, so train it anew",
          notFinite(network));
    }
  }

  private static String notFinite(Model network) {
    for (Layer layer : RunningVariances.layers(network)) {
      if (layer.numParams() > 0 && !Double.isFinite(layer.params().sumNumber().doubleValue())) {
        return RunningVariances.name(layer) + " has";
      }
    }
    return "parameters have";
  }

  private static void checkName(Path file, String name) throws ModelFileException {
    if (name.equals(ModelSerializer.PREPROCESSOR_BIN)) {
      throw ModelFileException.refused(
          file,
          "its entry %s holds serialized Java objects, which are not read, since"
              + " reading them can run code; save the model without it and its normalizer with"
              + " ModelSerializer.addNormalizerToModel",
          name);
    }
    if (name.equals(FORMER_UPDATER) || name.startsWith(OBJECTS)) {
      throw ModelFileException.refused(
          file,
          "its entry %s holds Java objects, which could run code when read;"
              + " remove the entry, or save the model anew",
          ShownName.of(name));
    }
    if (!HARMLESS.contains(name)) {
      throw ModelFileException.refused(
          file, "a Deeplearning4j model has no entry %s; save the model alone", ShownName.of(name));
    }
  }

  private static Optional<Manifest> checkManifest(Path file, Map<String, byte[]> entries)
      throws IOException {
    byte[] bytes = entries.get(Manifest.ENTRY);
    if (bytes == null) {
      return Optional.empty();
    }
    JsonNode root = parse(file, Manifest.ENTRY, new String(bytes, StandardCharsets.UTF_8));
    Manifest manifest;
    try {
      manifest = Json.mapper().treeToValue(root, Manifest.class);
      manifest.requireKnown();
    } catch (IOException | RuntimeException e) {
      throw ModelFileException.refused(
          file, e, "its %s is none of this library's; take another copy", Manifest.ENTRY);
    }
    Optional<String> broken = manifest.broken(entries);
    if (broken.isPresent()) {
      throw ModelFileException.refused(
          file,
          "its entry %s is not what was saved; take another copy, or an earlier checkpoint",
          ShownName.of(broken.get()));
    }
    return Optional.of(manifest);
  }

  private static JsonNode parse(Path file, String entry, String json) throws IOException {
    try {
      return Json.mapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw ModelFileException.refused(file, e, "%s is not valid JSON; take another copy", entry);
    }
  }

  private static Map<String, StoredArray> arrays(
      Path file, Map<String, byte[]> entries, long parameters) throws IOException {
    Map<String, StoredArray> arrays = new LinkedHashMap<>();
    for (String name : ARRAYS) {
      byte[] bytes = entries.remove(name); // Their values are kept in the arrays alone.
      if (bytes == null || (bytes.length == 0 && parameters == 0)) {
        continue;
      }
      StoredArray array = array(file, name, bytes);
      if (array.length() > 0) {
        arrays.put(name, array);
      }
    }
    StoredArray values = arrays.get(ModelSerializer.COEFFICIENTS_BIN);
    long length = values == null ? 0 : values.length();
    if (length != parameters) {
      throw ModelFileException.refused(
          file,
          "its configuration needs %d parameters, its entry %s has %d; take another copy",
          parameters,
          ModelSerializer.COEFFICIENTS_BIN,
          length);
    }
    return arrays;
  }

  private static StoredArray array(Path file, String entry, byte[] bytes)
      throws ModelFileException {
    try {
      return StoredArray.of(bytes);
    } catch (IOException e) {
      throw ModelFileException.refused(
          file, e, "its entry %s is no array: %s; take another copy", entry, e.getMessage());
    }
  }
}
