package io.bnzoo.data;

import io.bnzoo.files.ShownName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The four files of an MNIST-shaped data set in a folder, each plain or gzipped.
 *
 * <p>{@code train-images.idx3-ubyte} is as good a name as {@code train-images-idx3-ubyte}: some
 * programs that unpack the files write it, or put each file into a folder of its name.
 */
public final class DigitFiles {

  /** One of the four files: its name, the shape of its values and MNIST's checksum of it. */
  enum MnistFile {
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

    MnistFile(String fileName, String mnistSha256, int count, boolean images) {
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

  /** Of what is found in the place of the four. */
  private static final int MOST_NAMES = 6;

  private DigitFiles() {}

  /** SHA-256 of each of MNIST's unpacked files. */
  static Map<MnistFile, String> mnistChecksums() {
    Map<MnistFile, String> checksums = new EnumMap<>(MnistFile.class);
    for (MnistFile part : MnistFile.values()) {
      checksums.put(part, part.mnistSha256);
    }
    return checksums;
  }

  /** The part's file in a folder, unpacked or else gzipped. */
  static Optional<Path> find(Path folder, MnistFile part) {
    List<String> names = List.of(part.fileName, part.fileName.replace("-idx", ".idx"));
    return Stream.concat(Stream.of(folder), names.stream().map(folder::resolve))
        .flatMap(place -> names.stream().map(place::resolve))
        .flatMap(file -> Stream.of(file, file.resolveSibling(file.getFileName() + ".gz")))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /** The four files of a folder that lacks none, by {@code train-images} and the like. */
  static Map<String, Path> in(Path folder) {
    return Map.of(
        "train-images", find(folder, MnistFile.TRAIN_IMAGES).orElseThrow(),
        "train-labels", find(folder, MnistFile.TRAIN_LABELS).orElseThrow(),
        "test-images", find(folder, MnistFile.TEST_IMAGES).orElseThrow(),
        "test-labels", find(folder, MnistFile.TEST_LABELS).orElseThrow());
  }

  /** The names of the files that a folder lacks. */
  static List<String> missingFrom(Path folder) {
    return Arrays.stream(MnistFile.values())
        .filter(part -> find(folder, part).isEmpty())
        .map(MnistFile::fileName)
        .toList();
  }

  /** What a folder lacks of the four files, and what is there in their place, in one line. */
  static Optional<String> lackOf(Path folder) {
    List<String> missing = missingFrom(folder);
    if (missing.isEmpty()) {
      return Optional.empty();
    }
    if (!Files.isDirectory(folder)) {
      return Optional.of(folder + " is no folder; it should have " + listed(missing));
    }
    return Optional.of(folder + " has no " + listed(missing) + "; " + inside(folder));
  }

  /** What is in a folder, as the end of a sentence. */
  static String inside(Path folder) {
    List<String> found = contents(folder);
    return found.isEmpty() ? "it is empty" : "it has " + String.join(", ", found);
  }

  private static String listed(List<String> names) {
    return String.join(", ", names) + " (plain or .gz)";
  }

  /** Whether there is anything in a folder but downloads under way. */
  static boolean hasContents(Path folder) {
    return !contents(folder).isEmpty();
  }

  /** Some of a folder's names, without those of downloads under way. */
  private static List<String> contents(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.list(folder)) {
      List<String> names =
          paths
              .map(path -> path.getFileName().toString())
              .filter(name -> !name.endsWith(".part"))
              .map(ShownName::of)
              .sorted()
              .toList();
      return names.size() <= MOST_NAMES
          ? names
          : Stream.concat(
                  names.stream().limit(MOST_NAMES),
                  Stream.of("and " + (names.size() - MOST_NAMES) + " more"))
              .toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of("files that cannot be listed");
    }
  }

  /**
   * Reads and checks all four files and splits them.
   *
   * @param checksums what each unpacked file's SHA-256 must be
   * @throws DataException naming the file that is missing, damaged or foreign
   */
  static ImageDataset load(
      Path folder, Map<MnistFile, String> checksums, ImageDataset.Kind kind, String description)
      throws IOException {
    Optional<String> lack = lackOf(folder);
    if (lack.isPresent()) {
      throw new DataException(lack.get());
    }
    Map<MnistFile, IdxFile> files = new EnumMap<>(MnistFile.class);
    for (MnistFile part : MnistFile.values()) {
      files.put(part, verify(find(folder, part).orElseThrow(), part, checksums.get(part)));
    }
    return digits(files, new ImageDataset.Origin(kind, description, combined(checksums)));
  }

  private static ImageDataset digits(Map<MnistFile, IdxFile> files, ImageDataset.Origin origin) {
    return ImageDataset.split(
        labeled(files, MnistFile.TRAIN_IMAGES, MnistFile.TRAIN_LABELS),
        labeled(files, MnistFile.TEST_IMAGES, MnistFile.TEST_LABELS),
        origin);
  }

  /**
   * The digits whose checksums four files have; none if they are others.
   *
   * @throws DataException if all but one are MNIST's
   */
  static Optional<ImageDataset> known(Path folder, Map<MnistFile, IdxFile> files)
      throws DataException {
    Map<MnistFile, String> found = new EnumMap<>(MnistFile.class);
    files.forEach((part, file) -> found.put(part, file.sha256()));
    List<MnistFile> others =
        Arrays.stream(MnistFile.values())
            .filter(part -> !found.get(part).equals(part.mnistSha256))
            .toList();
    if (others.size() == 1) {
      throw new DataException(
          String.format(
              "%s has three of MNIST's files, but its %s is damaged or another: take another copy;"
                  + " if it is meant to be another, let all four names begin with a word of yours,"
                  + " as in own-%s",
              folder, others.get(0).fileName, others.get(0).fileName));
    }
    return ImageDataset.Kind.of(combined(found))
        .map(kind -> digits(files, new ImageDataset.Origin(kind, kind.label(), combined(found))));
  }

  private static LabeledImages labeled(
      Map<MnistFile, IdxFile> files, MnistFile images, MnistFile labels) {
    return LabeledImages.of(
        ImageShape.MNIST,
        LabeledImages.CLASSES,
        files.get(images).values(),
        LabeledImages.unsigned(files.get(labels).values()));
  }

  /**
   * Reads one file and checks its header, length, labels and checksum.
   *
   * @throws DataException saying what was expected and what was found
   */
  static IdxFile verify(Path file, MnistFile part, String expectedSha256) throws IOException {
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

  /** One checksum for the four, in the order of {@link MnistFile}. */
  static String combined(Map<MnistFile, String> checksums) {
    return DigestUtils.sha256Hex(
        Arrays.stream(MnistFile.values())
            .map(part -> checksums.get(part) + "  " + part.fileName + "\n")
            .collect(Collectors.joining()));
  }
}
