package io.bnzoo.storage;

import io.bnzoo.files.AtomicFile;
import io.bnzoo.files.Reason;
import io.bnzoo.files.ShownName;
import io.bnzoo.zoo.MeanSigmoidCrossEntropy;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipException;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Saves models as Deeplearning4j's .zip files and loads them.
 *
 * <p>What is saved opens with stock {@link ModelSerializer}, updater state included where it is
 * kept.
 */
public final class ModelFiles {
  private ModelFiles() {}

  /** Writes a model, whole or not at all; nothing is said of where it comes from. */
  public static void save(MultiLayerNetwork network, Path file) throws IOException {
    save(network, file, Optional.empty(), Map.of());
  }

  /** Writes a model and where it comes from, whole or not at all. */
  public static void save(MultiLayerNetwork network, Path file, ModelOrigin origin)
      throws IOException {
    save(network, file, Optional.of(origin), Map.of());
  }

  /**
   * Writes a model without its updater's state, whole or not at all; after Adam, a third of the
   * size. What is loaded predicts the same, and trains on from a state of zeros.
   */
  public static void saveWithoutUpdaterState(
      MultiLayerNetwork network, Path file, ModelOrigin origin) throws IOException {
    write(network, Optional.empty(), file, Manifest.Provenance.of(Optional.of(origin)), Map.of());
  }

  /**
   * Writes what was made of a stored model, whole or not at all: with its normalizer, and in the
   * manifest what its own file said and what was done.
   *
   * @param before the model as it was read
   * @param now a {@code MultiLayerNetwork} or a {@code ComputationGraph}
   * @param change what was done, in words
   * @param withUpdaterState whether its updater's state is kept, so that training can go on
   */
  public static void saveChanged(
      StoredModel before, Model now, String change, boolean withUpdaterState, Path file)
      throws IOException {
    Map<String, byte[]> more =
        before
            .normalizer()
            .map(known -> Map.of(ModelSerializer.NORMALIZER_BIN, known.bytes()))
            .orElse(Map.of());
    write(
        now,
        withUpdaterState ? state(now) : Optional.empty(),
        file,
        Manifest.Provenance.changed(before.manifest(), change),
        more);
  }

  private static Optional<INDArray> state(Model model) {
    return Optional.ofNullable(
        model instanceof ComputationGraph graph
            ? graph.getUpdater().getStateViewArray()
            : ((MultiLayerNetwork) model).getUpdater().getStateViewArray());
  }

  /**
   * Writes a network in mid-training, whole or not at all.
   *
   * @param training how far it has come, as JSON
   */
  public static void saveCheckpoint(
      MultiLayerNetwork network, Path file, ModelOrigin origin, String training)
      throws IOException {
    byte[] bytes = training.getBytes(StandardCharsets.UTF_8);
    save(network, file, Optional.of(origin), Map.of(ModelArchive.TRAINING, bytes));
  }

  private static void save(
      MultiLayerNetwork network, Path file, Optional<ModelOrigin> origin, Map<String, byte[]> more)
      throws IOException {
    write(network, state(network), file, Manifest.Provenance.of(origin), more);
  }

  private static void write(
      Model model,
      Optional<INDArray> state,
      Path file,
      Manifest.Provenance provenance,
      Map<String, byte[]> more)
      throws IOException {
    AtomicFile.write(file, out -> ModelWriter.write(model, state, provenance, more, out));
  }

  /**
   * Validates a .zip and loads the network in it.
   *
   * @return a {@code MultiLayerNetwork} or a {@code ComputationGraph}
   * @throws ModelFileException see {@link #open(Path, TrustedClasses)}; also if the file has a
   *     normalizer, without which the network would answer wrongly
   */
  public static Model load(Path file) throws IOException {
    return load(file, TrustedClasses.STANDARD);
  }

  /**
   * The same, for a network with layers of one's own.
   *
   * @param trusted what the file may name: {@code TrustedClasses.STANDARD.withPackage(...)}
   */
  public static Model load(Path file, TrustedClasses trusted) throws IOException {
    StoredModel stored = open(file, trusted);
    if (stored.normalizer().isPresent()) {
      throw new ModelFileException(
          String.format(
              "%s has the normalizer %s, without which its predictions are wrong; read both with"
                  + " ModelFiles.open",
              file, stored.normalizer().get().description()));
    }
    return stored.model();
  }

  /**
   * Validates a .zip and loads what is in it.
   *
   * @throws ModelFileException see {@link #open(Path, TrustedClasses)}
   */
  public static StoredModel open(Path file) throws IOException {
    return open(file, TrustedClasses.STANDARD);
  }

  /**
   * The same, for a network with layers of one's own.
   *
   * @param trusted what the file may name: {@code TrustedClasses.STANDARD.withPackage(...)}
   * @throws ModelFileException if the file is no regular file or not a Deeplearning4j model, is
   *     damaged, holds what could run code when it is read, or names a class that is not trusted
   */
  public static StoredModel open(Path file, TrustedClasses trusted) throws IOException {
    return reading(file, () -> restore(ModelArchive.read(file, trusted)));
  }

  private static StoredModel restore(ModelArchive archive) throws IOException {
    Model model = archive.network();
    MeanSigmoidCrossEntropy.restoreIn(model);
    return new StoredModel(
        model, archive.manifest(), archive.normalizer(), archive.text(ModelArchive.TRAINING));
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
    } catch (OutOfMemoryError e) {
      throw new ModelFileException(
          file + " needs more memory than Java may use; allow it more with -Xmx", e);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw new ModelFileException(
          file + " could not be read as a Deeplearning4j model: " + ShownName.of(Reason.of(e)), e);
    }
  }

  /** Reads something from a file. */
  @FunctionalInterface
  interface Reading<T> {
    T read() throws IOException;
  }
}
