package io.bnzoo.storage;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.zip.ZipException;
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

  /**
   * Writes a model beside its place and then moves it there, so that no half-written file is left.
   */
  public static void save(MultiLayerNetwork network, Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    // Not Files.createTempFile, whose files nobody else may read.
    Path temporary = folder.resolve(file.getFileName() + "." + UUID.randomUUID() + ".part");
    try {
      ModelSerializer.writeModel(network, temporary.toFile(), true);
      move(temporary, file);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /**
   * Looks a .zip through and loads the network in it.
   *
   * @return a {@code MultiLayerNetwork} or a {@code ComputationGraph}
   * @throws ModelFileException if the file is not a Deeplearning4j model, is damaged, or holds what
   *     could run code when it is read
   */
  public static Model load(Path file) throws IOException {
    try {
      ModelArchive archive = ModelArchive.read(file);
      try (InputStream in = archive.asStream()) {
        return archive.isGraph()
            ? ModelSerializer.restoreComputationGraph(in, true)
            : ModelSerializer.restoreMultiLayerNetwork(in, true);
      }
    } catch (NoSuchFileException e) {
      throw new ModelFileException("there is no file " + file, e);
    } catch (ZipException | EOFException e) {
      throw new ModelFileException(file + " is not an intact .zip file: " + e.getMessage(), e);
    } catch (ModelFileException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new ModelFileException(
          file + " could not be read as a Deeplearning4j model: " + firstLine(e), e);
    }
  }

  private static String firstLine(Exception e) {
    return e.getMessage() == null
        ? e.getClass().getSimpleName()
        : e.getMessage().lines().findFirst().orElse("");
  }
}
