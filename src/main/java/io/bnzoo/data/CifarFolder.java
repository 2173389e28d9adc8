package io.bnzoo.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * CIFAR-10's binary files, {@code data_batch_1.bin} and so on and {@code test_batch.bin}, or others
 * in their format: a byte for the class, then 1,024 bytes each of red, green and blue.
 *
 * <p>Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
 */
final class CifarFolder {
  private static final ImageShape SHAPE = ImageShape.withChannels(3).height(32).width(32);
  private static final int RECORD = 1 + SHAPE.size();
  private static final int CLASSES = 10;

  private CifarFolder() {}

  /**
   * The images of a folder, if it has such files.
   *
   * @throws DataException naming a file that is cut off or has another class
   */
  static Optional<FoundImages> in(Path folder) throws IOException {
    List<Path> training;
    try (Stream<Path> files = Files.list(folder)) {
      training =
          files
              .filter(file -> file.getFileName().toString().matches("data_batch_\\d+\\.bin"))
              .sorted()
              .toList();
    }
    if (training.isEmpty()) {
      return Optional.empty();
    }
    Path test = folder.resolve("test_batch.bin");
    return Optional.of(
        new FoundImages(
            read(folder, training),
            Optional.empty(),
            Files.isRegularFile(test) ? Optional.of(read(folder, List.of(test))) : Optional.empty(),
            names(folder.resolve("batches.meta.txt")),
            "CIFAR-10's binary files"));
  }

  private static List<String> names(Path file) throws IOException {
    List<String> names = IdxFolder.classNames(file);
    if (!names.isEmpty() && names.size() != CLASSES) {
      throw new DataException(
          String.format(Locale.ROOT, "%s names %d classes, not 10", file, names.size()));
    }
    return names;
  }

  private static LabeledImages read(Path folder, List<Path> files) throws IOException {
    long bytes = 0;
    for (Path file : files) {
      if (Files.size(file) % RECORD != 0) {
        throw new DataException(
            String.format(
                Locale.ROOT,
                "%s is cut off: its %,d bytes are not a multiple of the %,d of an image",
                file,
                Files.size(file),
                RECORD));
      }
      bytes += Files.size(file);
    }
    int count = (int) Math.min(Integer.MAX_VALUE, bytes / RECORD);
    byte[] pixels = new byte[HeapRoom.require(folder, count, SHAPE.size())];
    int[] labels = new int[count];
    int image = 0;
    for (Path file : files) {
      byte[] records = Files.readAllBytes(file);
      for (int start = 0; start < records.length; start += RECORD) {
        labels[image] = records[start] & 0xFF;
        if (labels[image] >= CLASSES) {
          throw new DataException(
              String.format(
                  Locale.ROOT,
                  "%s: image %d has the class %d, and there are 0 to 9",
                  file,
                  start / RECORD,
                  labels[image]));
        }
        System.arraycopy(records, start + 1, pixels, image * SHAPE.size(), SHAPE.size());
        image++;
      }
    }
    return LabeledImages.of(SHAPE, CLASSES, pixels, labels);
  }
}
