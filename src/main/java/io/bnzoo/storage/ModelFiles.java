package io.bnzoo.storage;

import io.bnzoo.files.Reason;
import io.bnzoo.files.WholeFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;

/**
 * Saves models as Deeplearning4j's .zip files and loads them.
 *
 * <p>What is saved opens with stock {@link ModelSerializer}, updater state included.
 */
public final class ModelFiles {
  private ModelFiles() {}

  /** Writes a model, whole or not at all; nothing is said of where it comes from. */
  public static void save(MultiLayerNetwork network, Path file) throws IOException {
    WholeFile.write(file, bytes(network, Optional.empty(), Map.of()));
  }

  /** Writes a model and where it comes from, whole or not at all. */
  public static void save(MultiLayerNetwork network, Path file, ModelOrigin origin)
      throws IOException {
    WholeFile.write(file, bytes(network, Optional.of(origin), Map.of()));
  }

  /**
   * Writes a network in mid-training, whole or not at all.
   *
   * @param training how far it has come, as JSON
   */
  public static void saveCheckpoint(
      MultiLayerNetwork network, Path file, ModelOrigin origin, String training)
      throws IOException {
    Map<String, byte[]> more =
        Map.of(ModelArchive.TRAINING, training.getBytes(StandardCharsets.UTF_8));
    WholeFile.write(file, bytes(network, Optional.of(origin), more));
  }

  /**
   * A model as the bytes of a file.
   *
   * @param more entries that Deeplearning4j does not look at
   */
  private static byte[] bytes(
      MultiLayerNetwork network, Optional<ModelOrigin> origin, Map<String, byte[]> more)
      throws IOException {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, written, true);
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(written.toByteArray()))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        entries.put(entry.getName(), zip.readAllBytes());
      }
    }
    entries.putAll(more);
    entries.put(Manifest.ENTRY, Manifest.of(entries, origin).bytes());
    return ModelArchive.zip(entries, Deflater.DEFAULT_COMPRESSION);
  }

  /**
   * Looks a .zip through and loads the network in it.
   *
   * @return a {@code MultiLayerNetwork} or a {@code ComputationGraph}
   * @throws ModelFileException see {@link #open}
   */
  public static Model load(Path file) throws IOException {
    return open(file).model();
  }

  /**
   * Looks a .zip through and loads what is in it.
   *
   * @throws ModelFileException if the file is not a Deeplearning4j model, is damaged, or holds what
   *     could run code when it is read
   */
  public static StoredModel open(Path file) throws IOException {
    return reading(file, () -> restore(ModelArchive.read(file)));
  }

  private static StoredModel restore(ModelArchive archive) throws IOException {
    try (InputStream in = archive.asStream()) {
      return new StoredModel(
          archive.isGraph()
              ? ModelSerializer.restoreComputationGraph(in, true)
              : ModelSerializer.restoreMultiLayerNetwork(in, true),
          archive.manifest(),
          archive.text(ModelArchive.TRAINING));
    }
  }

  /** What is read from a file; whatever goes wrong becomes one line. */
  static <T> T reading(Path file, Reading<T> reading) throws IOException {
    try {
      return reading.read();
    } catch (NoSuchFileException e) {
      throw new ModelFileException("there is no file " + file, e);
    } catch (ZipException | EOFException e) {
      throw new ModelFileException(
          file + " is not an intact .zip file: " + Reason.of(e) + "; take another copy", e);
    } catch (ModelFileException e) {
      throw e;
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw new ModelFileException(
          file
              + " could not be read as a Deeplearning4j model: "
              + ModelArchive.printable(Reason.of(e)),
          e);
    }
  }

  /** Reads something from a file. */
  @FunctionalInterface
  interface Reading<T> {
    T read() throws IOException;
  }
}
