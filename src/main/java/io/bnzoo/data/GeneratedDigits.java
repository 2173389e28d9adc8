package io.bnzoo.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An MNIST-shaped data set drawn from stroke outlines: 60,000 and 10,000 digits, from one seed.
 *
 * <p>For machines without MNIST. A linear classifier stays below 93 % on it and a small
 * convolutional network passes 97 %, so it tells good networks from bad ones as MNIST does; its
 * figures are not MNIST's.
 */
final class GeneratedDigits {

  /** The seed of the set that everybody gets. */
  static final long SEED = 20_150_211;

  private static final String SUMS_FILE = "SHA256SUMS";
  private static final String TASK = "drawing digits";

  private GeneratedDigits() {}

  /** Reads the set from a folder, after drawing it there if the folder lacks a sound one. */
  static Digits cachedIn(Path folder, String description, ProgressListener progress)
      throws IOException {
    if (!Files.isRegularFile(folder.resolve(SUMS_FILE))) {
      drawInto(folder, progress);
    }
    try {
      return load(folder, description);
    } catch (DataException damaged) {
      drawInto(folder, progress);
      return load(folder, description);
    }
  }

  private static Digits load(Path folder, String description) throws IOException {
    return DigitFiles.load(
        folder, readSums(folder), Digits.Kind.GENERATED, description + ", seed " + SEED);
  }

  /** Draws into a folder beside the wanted one and then renames it. */
  private static void drawInto(Path folder, ProgressListener progress) throws IOException {
    Files.createDirectories(folder.toAbsolutePath().getParent());
    Path temporary = Files.createTempDirectory(folder.toAbsolutePath().getParent(), "drawing");
    try {
      AtomicInteger done = new AtomicInteger();
      SplittableRandom random = new SplittableRandom(SEED);
      int total = DigitFiles.Part.TRAIN_LABELS.count() + DigitFiles.Part.TEST_LABELS.count();
      Runnable drawn =
          () -> {
            int count = done.incrementAndGet();
            if (count % 1000 == 0) {
              progress.advanced(TASK, count, total);
            }
          };
      StringBuilder sums = new StringBuilder();
      for (boolean training : new boolean[] {true, false}) {
        sums.append(drawPair(temporary, training, random.nextLong(), drawn));
      }
      Files.writeString(temporary.resolve(SUMS_FILE), sums);
      deleteTree(folder);
      Files.move(temporary, folder, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      deleteTree(temporary);
    }
  }

  private static String drawPair(Path folder, boolean training, long seed, Runnable drawn)
      throws IOException {
    DigitFiles.Part imagesPart =
        training ? DigitFiles.Part.TRAIN_IMAGES : DigitFiles.Part.TEST_IMAGES;
    DigitFiles.Part labelsPart =
        training ? DigitFiles.Part.TRAIN_LABELS : DigitFiles.Part.TEST_LABELS;
    LabeledImages drawing = draw(labelsPart.count(), seed, drawn);
    byte[] pixels = new byte[drawing.size() * LabeledImages.PIXELS];
    byte[] labels = new byte[drawing.size()];
    for (int i = 0; i < labels.length; i++) {
      System.arraycopy(
          drawing.pixels(i), 0, pixels, i * LabeledImages.PIXELS, LabeledImages.PIXELS);
      labels[i] = (byte) drawing.label(i);
    }
    IdxFile.write(folder.resolve(imagesPart.fileName()), pixels, imagesPart.shape());
    IdxFile.write(folder.resolve(labelsPart.fileName()), labels, labelsPart.shape());
    return sumLine(folder, imagesPart) + sumLine(folder, labelsPart);
  }

  /** Digits in random order, each about as often as the others. */
  static LabeledImages draw(int count, long seed, Runnable drawn) {
    long[] seeds = new SplittableRandom(seed).longs(count).toArray();
    byte[] pixels = new byte[count * LabeledImages.PIXELS];
    byte[] labels = new byte[count];
    IntStream.range(0, count)
        .parallel()
        .forEach(
            i -> {
              labels[i] = (byte) Math.floorMod(seeds[i], LabeledImages.CLASSES);
              byte[] image = new DigitPainter(seeds[i]).paint(labels[i]);
              System.arraycopy(image, 0, pixels, i * LabeledImages.PIXELS, LabeledImages.PIXELS);
              drawn.run();
            });
    return new LabeledImages(pixels, labels);
  }

  private static String sumLine(Path folder, DigitFiles.Part part) throws IOException {
    return Sha256.of(folder.resolve(part.fileName())) + "  " + part.fileName() + "\n";
  }

  private static Map<DigitFiles.Part, String> readSums(Path folder) throws IOException {
    Map<DigitFiles.Part, String> sums = DigitFiles.newSums();
    for (String line : Files.readAllLines(folder.resolve(SUMS_FILE))) {
      for (DigitFiles.Part part : DigitFiles.Part.values()) {
        if (line.endsWith("  " + part.fileName())) {
          sums.put(part, line.substring(0, line.indexOf(' ')));
        }
      }
    }
    if (sums.size() < DigitFiles.Part.values().length) {
      throw new DataException(folder.resolve(SUMS_FILE) + " does not name all four files");
    }
    return sums;
  }

  private static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
