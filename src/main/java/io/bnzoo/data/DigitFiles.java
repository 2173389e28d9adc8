package io.bnzoo.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The four files of an MNIST-shaped data set in a folder, each plain or gzipped. */
public final class DigitFiles {

  /** One of the four files: its name, the shape of its values and MNIST's sum of it. */
  enum Part {
    TRAIN_IMAGES(
        "train-images-idx3-ubyte",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        60_000,
        true),
    TRAIN_LABELS(
        "train-labels-idx1-ubyte",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        60_000,
        false),
    TEST_IMAGES(
        "t10k-images-idx3-ubyte",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        10_000,
        true),
    TEST_LABELS(
        "t10k-labels-idx1-ubyte",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        10_000,
        false);

    private final String fileName;
    private final String mnistSha256;
    private final int count;
    private final boolean images;

    Part(String fileName, String mnistSha256, int count, boolean images) {
      this.fileName = fileName;
      this.mnistSha256 = mnistSha256;
      this.count = count;
      this.images = images;
    }

    String fileName() {
      return fileName;
    }

    int count() {
      return count;
    }

    int[] shape() {
      return images ? new int[] {count, LabeledImages.SIDE, LabeledImages.SIDE} : new int[] {count};
    }
  }

  private DigitFiles() {}

  /** SHA-256 of each of MNIST's unpacked files. */
  static Map<Part, String> mnistSums() {
    Map<Part, String> sums = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      sums.put(part, part.mnistSha256);
    }
    return sums;
  }

  /** The part's file in a folder, unpacked or else gzipped. */
  static Optional<Path> find(Path folder, Part part) {
    return List.of(part.fileName, part.fileName + ".gz").stream()
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /** The names of the files that a folder lacks. */
  static List<String> missingFrom(Path folder) {
    return Arrays.stream(Part.values())
        .filter(part -> find(folder, part).isEmpty())
        .map(Part::fileName)
        .toList();
  }

  /**
   * Reads and checks all four files and splits them.
   *
   * @param sums what each unpacked file's SHA-256 must be
   * @throws DataException naming the file that is missing, damaged or foreign
   */
  static Digits load(Path folder, Map<Part, String> sums, Digits.Kind kind, String description)
      throws IOException {
    List<String> missing = missingFrom(folder);
    if (!missing.isEmpty()) {
      throw new DataException(
          String.format(
              "%s has no %s (plain or .gz); it needs all of %s",
              folder,
              String.join(", ", missing),
              Arrays.stream(Part.values()).map(Part::fileName).toList()));
    }
    LabeledImages train = pair(folder, sums, Part.TRAIN_IMAGES, Part.TRAIN_LABELS);
    LabeledImages test = pair(folder, sums, Part.TEST_IMAGES, Part.TEST_LABELS);
    return Digits.split(train, test, new Digits.Origin(kind, description, combined(sums)));
  }

  private static LabeledImages pair(
      Path folder, Map<Part, String> sums, Part imagesPart, Part labelsPart) throws IOException {
    IdxFile images = readChecked(folder, imagesPart, sums.get(imagesPart));
    IdxFile labels = readChecked(folder, labelsPart, sums.get(labelsPart));
    return new LabeledImages(images.values(), labels.values());
  }

  private static IdxFile readChecked(Path folder, Part part, String sha256) throws IOException {
    Path file = find(folder, part).orElseThrow();
    return verify(file, part, sha256);
  }

  /**
   * Reads one file and checks its header, length, labels and sum.
   *
   * @throws DataException saying what was expected and what was found
   */
  static IdxFile verify(Path file, Part part, String expectedSha256) throws IOException {
    IdxFile idx = IdxFile.read(file, part.shape());
    if (!part.images) {
      checkLabels(file, idx.values());
    }
    if (!idx.sha256().equals(expectedSha256)) {
      throw new DataException(
          String.format(
              "%s has the right shape but other contents: expected SHA-256 %s, found %s",
              file, expectedSha256, idx.sha256()));
    }
    return idx;
  }

  private static void checkLabels(Path file, byte[] labels) throws DataException {
    for (int i = 0; i < labels.length; i++) {
      int label = labels[i] & 0xFF;
      if (label >= LabeledImages.CLASSES) {
        throw new DataException(
            String.format(
                Locale.ROOT, "%s: label %d must be a digit from 0 to 9, found %d", file, i, label));
      }
    }
  }

  /** One sum for the four, in the order of {@link Part}. */
  static String combined(Map<Part, String> sums) {
    return Sha256.of(
        Arrays.stream(Part.values())
            .map(part -> sums.get(part) + "  " + part.fileName + "\n")
            .collect(Collectors.joining()));
  }
}
