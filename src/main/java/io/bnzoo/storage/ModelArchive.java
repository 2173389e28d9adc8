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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.util.ModelSerializer;

/**
 * The entries of a model's .zip, read once and looked through without deserializing any of them.
 *
 * <p>What is then handed to Deeplearning4j is an archive made anew of exactly these bytes, so a
 * file that looks different to another reader, or changes in the meantime, gains nothing by it.
 */
final class ModelArchive {
  /** Of a training under way: how far it has come. */
  static final String TRAINING = "training.json";

  /** Far more than any network that one would evaluate on 28 x 28 pixels. */
  private static final long MOST_BYTES = 1 << 27;

  /** A thousand layers have less; of brackets alone, more would fill the heap. */
  private static final long MOST_TEXT = 1 << 22;

  /** What any file may unpack to; a larger one has to be a hundredth of it at least. */
  private static final long ALWAYS_ALLOWED = 1 << 26;

  private static final int LARGEST_RATIO = 100;

  /** Of layers without parameters. */
  private static final long LARGEST_SIDE = 1 << 20;

  /** Entries that hold numbers or text. The others that Deeplearning4j knows hold Java objects. */
  private static final Set<String> HARMLESS =
      Set.of(
          ModelSerializer.CONFIGURATION_JSON,
          ModelSerializer.COEFFICIENTS_BIN,
          ModelSerializer.UPDATER_BIN,
          ModelSerializer.NO_PARAMS_MARKER,
          Manifest.ENTRY,
          TRAINING);

  private static final List<String> ARRAYS =
      List.of(ModelSerializer.COEFFICIENTS_BIN, ModelSerializer.UPDATER_BIN);

  private static final Set<String> JAVA_OBJECTS =
      Set.of(ModelSerializer.PREPROCESSOR_BIN, ModelSerializer.NORMALIZER_BIN);

  /** Where the classes live that a configuration may name, not counting packages below these. */
  private static final Set<String> TRUSTED_PACKAGES =
      Set.of(
          "org.deeplearning4j.nn.conf.constraint",
          "org.deeplearning4j.nn.conf.distribution",
          "org.deeplearning4j.nn.conf.dropout",
          "org.deeplearning4j.nn.conf.graph",
          "org.deeplearning4j.nn.conf.graph.rnn",
          "org.deeplearning4j.nn.conf.inputs",
          "org.deeplearning4j.nn.conf.layers",
          "org.deeplearning4j.nn.conf.layers.convolutional",
          "org.deeplearning4j.nn.conf.layers.misc",
          "org.deeplearning4j.nn.conf.layers.objdetect",
          "org.deeplearning4j.nn.conf.layers.recurrent",
          "org.deeplearning4j.nn.conf.layers.util",
          "org.deeplearning4j.nn.conf.layers.variational",
          "org.deeplearning4j.nn.conf.layers.wrapper",
          "org.deeplearning4j.nn.conf.preprocessor",
          "org.deeplearning4j.nn.conf.stepfunctions",
          "org.deeplearning4j.nn.conf.weightnoise",
          "org.deeplearning4j.nn.weights",
          "org.nd4j.linalg.activations.impl",
          "org.nd4j.linalg.learning.config",
          "org.nd4j.linalg.learning.regularization",
          "org.nd4j.linalg.lossfunctions.impl",
          "org.nd4j.linalg.schedule",
          "io.bnzoo.layer");

  /** Deeplearning4j's own parser might take the other one of two equal keys. */
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Path file;
  private final Map<String, byte[]> entries;
  private final boolean graph;
  private final Optional<Manifest> manifest;

  /** Those of the entries that are arrays, looked through. */
  private final Map<String, StoredArray> arrays = new LinkedHashMap<>();

  private ModelArchive(
      Path file, Map<String, byte[]> entries, boolean graph, Optional<Manifest> manifest) {
    this.file = file;
    this.entries = entries;
    this.graph = graph;
    this.manifest = manifest;
  }

  /** Whether it is a {@code ComputationGraph}. */
  boolean isGraph() {
    return graph;
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
   * Reads a file and looks it through.
   *
   * @throws ModelFileException naming the entry or class that is missing or not allowed
   * @throws ZipException if the file is no intact archive
   */
  static ModelArchive read(Path file) throws IOException {
    requireDirectory(file);
    return inspect(file, entries(file));
  }

  private static ModelArchive inspect(Path file, Map<String, byte[]> entries) throws IOException {
    Optional<Manifest> manifest = checkManifest(file, entries);
    byte[] configuration = entries.get(ModelSerializer.CONFIGURATION_JSON);
    if (configuration == null || !entries.containsKey(ModelSerializer.COEFFICIENTS_BIN)) {
      throw new ModelFileException(
          String.format(
              "%s is not a Deeplearning4j model: it needs the entries %s and %s; save one with"
                  + " ModelSerializer",
              file, ModelSerializer.CONFIGURATION_JSON, ModelSerializer.COEFFICIENTS_BIN));
    }
    JsonNode root = parse(file, ModelSerializer.CONFIGURATION_JSON, configuration);
    checkClasses(file, root);
    ModelArchive archive = new ModelArchive(file, entries, root.has("vertices"), manifest);
    archive.checkArrays();
    return archive;
  }

  /** An archive of the entries, for Deeplearning4j to read. */
  InputStream asStream() throws IOException {
    Map<String, byte[]> rows = new LinkedHashMap<>(entries);
    for (Map.Entry<String, StoredArray> array : arrays.entrySet()) {
      rows.put(array.getKey(), array.getValue().asRow());
    }
    return new ByteArrayInputStream(zip(rows, 0));
  }

  /** Entries as an archive. */
  static byte[] zip(Map<String, byte[]> entries, int level) throws IOException {
    int size = entries.values().stream().mapToInt(entry -> entry.length + 200).sum();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(size);
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setLevel(level);
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        ZipEntry header = new ZipEntry(entry.getKey());
        header.setTime(0); // The same model gives the same bytes, whenever it is saved.
        zip.putNextEntry(header);
        zip.write(entry.getValue());
      }
    }
    return bytes.toByteArray();
  }

  /** An archive that was cut off has no directory at its end. */
  private static void requireDirectory(Path file) throws IOException {
    new ZipFile(file.toFile()).close();
  }

  private static Map<String, byte[]> entries(Path file) throws IOException {
    long left = Math.min(MOST_BYTES, Math.max(ALWAYS_ALLOWED, LARGEST_RATIO * Files.size(file)));
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String name = entry.getName();
        checkName(file, name);
        long most = ARRAYS.contains(name) ? left : Math.min(left, MOST_TEXT);
        byte[] bytes = zip.readNBytes(Math.toIntExact(most + 1));
        left -= bytes.length;
        if (bytes.length > most) {
          throw new ModelFileException(
              String.format(
                  "%s is refused: its entry %s unpacks to far more than a model has; get the file"
                      + " from where it was made",
                  file, name));
        }
        if (entries.put(name, bytes) != null) {
          throw new ModelFileException(
              String.format(
                  "%s is refused: it has the entry %s twice; save the model anew", file, name));
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
          String.format(
              "%s is refused: a Deeplearning4j model has no entry %s; save the model alone",
              file, printable(name)));
    }
  }

  /** Names come from strangers; those with control characters would write on the terminal. */
  static String printable(String name) {
    String shown = name.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}]", "?");
    return shown.length() > 60 ? shown.substring(0, 60) + "..." : shown;
  }

  private static Optional<Manifest> checkManifest(Path file, Map<String, byte[]> entries)
      throws IOException {
    byte[] bytes = entries.get(Manifest.ENTRY);
    if (bytes == null) {
      return Optional.empty();
    }
    JsonNode root = parse(file, Manifest.ENTRY, bytes);
    Manifest manifest;
    try {
      manifest = SpecificationJson.mapper().treeToValue(root, Manifest.class);
      manifest.requireKnown();
    } catch (IOException | RuntimeException e) {
      throw new ModelFileException(
          String.format(
              "%s is refused: its %s is none of this library's; take another copy",
              file, Manifest.ENTRY),
          e);
    }
    Optional<String> broken = manifest.broken(entries);
    if (broken.isPresent()) {
      throw new ModelFileException(
          String.format(
              "%s is refused: its entry %s is not what was saved; take another copy, or an earlier"
                  + " checkpoint",
              file, printable(broken.get())));
    }
    return Optional.of(manifest);
  }

  private static JsonNode parse(Path file, String entry, byte[] json) throws IOException {
    try {
      return STRICT.readTree(json);
    } catch (JsonProcessingException e) {
      throw new ModelFileException(
          String.format("%s is refused: %s is not valid JSON; take another copy", file, entry), e);
    }
  }

  /** Deeplearning4j instantiates whatever class an {@code @class} property names. */
  private static void checkClasses(Path file, JsonNode root) throws ModelFileException {
    Optional<String> foreign =
        root.findValues("@class").stream()
            .map(JsonNode::asText)
            .filter(name -> !TRUSTED_PACKAGES.contains(packageOf(name)))
            .findFirst();
    if (foreign.isPresent()) {
      throw new ModelFileException(
          String.format(
              "%s is refused: its %s names the class %s, which is no layer, activation, loss or"
                  + " updater of Deeplearning4j; do not trust the file",
              file, ModelSerializer.CONFIGURATION_JSON, printable(foreign.get())));
    }
  }

  /** Of a nested class, too: what is after the last dot, $ and all, is the class. */
  private static String packageOf(String className) {
    return className.substring(0, Math.max(0, className.lastIndexOf('.')));
  }

  private void checkArrays() throws IOException {
    for (String name : ARRAYS) {
      if (entries.containsKey(name)) {
        arrays.put(name, array(name));
      }
    }
    StoredArray parameters = arrays.get(ModelSerializer.COEFFICIENTS_BIN);
    if (!parameters.finite()) {
      throw new ModelFileException(
          String.format(
              "%s is refused: its entry %s has values that are no numbers; its training has"
                  + " diverged, so train it anew",
              file, ModelSerializer.COEFFICIENTS_BIN));
    }
    long needed = parametersNeeded(parameters.length());
    if (parameters.length() != needed) {
      throw new ModelFileException(
          String.format(
              Locale.ROOT,
              "%s is refused: its configuration needs %d parameters, its entry %s has %d; take"
                  + " another copy",
              file,
              needed,
              ModelSerializer.COEFFICIENTS_BIN,
              parameters.length()));
    }
  }

  private StoredArray array(String entry) throws ModelFileException {
    try {
      return StoredArray.of(entries.get(entry));
    } catch (IOException e) {
      throw new ModelFileException(
          String.format(
              "%s is refused: its entry %s is no array: %s; take another copy",
              file, entry, e.getMessage()),
          e);
    }
  }

  private long parametersNeeded(long available) throws ModelFileException {
    try {
      return parameterCount(available);
    } catch (RuntimeException e) { // Deeplearning4j's parser fails in many ways.
      throw new ModelFileException(
          String.format(
              "%s is refused: its entry %s is no configuration of Deeplearning4j's: %s; take another"
                  + " copy",
              file, ModelSerializer.CONFIGURATION_JSON, printable(String.valueOf(e.getMessage()))),
          e);
    }
  }

  /** Without making any of them; none of the layers may need more than there are. */
  private long parameterCount(long available) throws ModelFileException {
    String json = text(ModelSerializer.CONFIGURATION_JSON).orElseThrow();
    long count = 0;
    if (graph) {
      for (GraphVertex vertex :
          ComputationGraphConfiguration.fromJson(json).getVertices().values()) {
        count += checked(vertex.numParams(true), available);
      }
    } else {
      for (NeuralNetConfiguration layer : MultiLayerConfiguration.fromJson(json).getConfs()) {
        if (layer.getLayer() instanceof FeedForwardLayer wide) {
          checked(wide.getNIn(), available);
          checked(wide.getNOut(), available);
        }
        count += checked(layer.getLayer().initializer().numParams(layer), available);
      }
    }
    return count;
  }

  private long checked(long size, long available) throws ModelFileException {
    if (size < 0 || size > Math.max(available, LARGEST_SIDE)) {
      throw new ModelFileException(
          String.format(
              Locale.ROOT,
              "%s is refused: its %s has a layer of size %d, its entry %s has %d parameters; take"
                  + " another copy",
              file,
              ModelSerializer.CONFIGURATION_JSON,
              size,
              ModelSerializer.COEFFICIENTS_BIN,
              available));
    }
    return size;
  }
}
