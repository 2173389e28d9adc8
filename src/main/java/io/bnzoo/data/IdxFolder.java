package io.bnzoo.data;

import io.bnzoo.files.ShownName;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * IDX files of any images, named as MNIST's are: Fashion-MNIST, KMNIST, EMNIST, or somebody's own.
 *
 * <p>Grey images have three dimensions, coloured ones a fourth for their channels. What stands
 * before {@code train-images} names the set, as in {@code emnist-balanced-train-images-idx3-ubyte}.
 */
final class IdxFolder {
  private static final Pattern NAME =
      Pattern.compile("(?!\\.)(.*?)-?(train|t10k|test)-(images|labels)[-.]idx[134]-ubyte(\\.gz)?");

  private static final int MOST_CHANNELS = 4;

  /** A line for each class; nobody's format, so that the name may be ours. */
  static final String CLASS_NAMES = "class-names.txt";

  private IdxFolder() {}

  /**
   * The images of a folder, if it has IDX files.
   *
   * @throws DataException naming the file that is missing, damaged, or does not go with another
   */
  static Optional<ImageDataset> in(Path folder) throws IOException {
    Map<String, Path> files = files(folder);
    if (files.isEmpty()) {
      return Optional.empty();
    }
    Pair train = pair(folder, files, "train");
    Optional<Pair> test =
        files.containsKey("test-images") || files.containsKey("test-labels")
            ? Optional.of(pair(folder, files, "test"))
            : Optional.empty();
    if (test.isPresent()) {
      Optional<ImageDataset> known =
          DigitFiles.known(
              folder,
              Map.of(
                  DigitFiles.MnistFile.TRAIN_IMAGES, train.images(),
                  DigitFiles.MnistFile.TRAIN_LABELS, train.labels(),
                  DigitFiles.MnistFile.TEST_IMAGES, test.get().images(),
                  DigitFiles.MnistFile.TEST_LABELS, test.get().labels()));
      if (known.isPresent()) {
        return known;
      }
    }
    return Optional.of(other(folder, train, test).split(folder.toString()));
  }

  private static FoundImages other(Path folder, Pair train, Optional<Pair> test)
      throws IOException {
    int labelled = Math.max(train.classes(), test.map(Pair::classes).orElse(0));
    List<String> names = classNames(folder.resolve(CLASS_NAMES));
    if (!names.isEmpty() && names.size() < labelled) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s names %d classes, and there are labels from 0 to %d",
              folder.resolve(CLASS_NAMES),
              names.size(),
              labelled - 1));
    }
    if (test.isPresent() && !test.get().shape().equals(train.shape())) {
      throw new DataException(
          String.format(
              "%s: training images are %s, test images %s",
              folder, train.shape(), test.get().shape()));
    }
    int classes = Math.max(labelled, names.size());
    return new FoundImages(
        train.labeled(classes),
        Optional.empty(),
        test.map(pair -> pair.labeled(classes)),
        names,
        "IDX files");
  }

  /** The files of the folder's one set, by {@code train-images} and the like. */
  private static Map<String, Path> files(Path folder) throws IOException {
    Map<String, Map<String, Path>> sets = new TreeMap<>();
    try (Stream<Path> paths = Files.list(folder)) {
      for (Path file : paths.filter(Files::isRegularFile).sorted().toList()) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          String part = name.group(2).replace("t10k", "test") + "-" + name.group(3);
          Map<String, Path> set = sets.computeIfAbsent(name.group(1), prefix -> new TreeMap<>());
          Path other = set.putIfAbsent(part, file);
          if (other != null && !file.toString().equals(other + ".gz")) {
            throw new DataException(
                String.format(
                    "%s has two files of %s, %s and %s: leave one",
                    folder, part, other.getFileName(), file.getFileName()));
          }
        }
      }
    }
    if (sets.size() > 1) {
      throw new DataException(
          String.format(
              "%s has several data sets, %s: put each into a folder of its own",
              folder,
              sets.keySet().stream()
                  .map(prefix -> prefix.isEmpty() ? "one without a prefix" : ShownName.of(prefix))
                  .collect(Collectors.joining(", "))));
    }
    boolean onlyDigits = sets.isEmpty() || sets.containsKey("");
    return onlyDigits && DigitFiles.missingFrom(folder).isEmpty()
        ? DigitFiles.in(folder)
        : sets.values().stream().findFirst().orElse(Map.of());
  }

  /** Two files that belong together. */
  private record Pair(IdxFile images, IdxFile labels) {
    ImageShape shape() {
      int[] sizes = images.shape();
      return ImageShape.withChannels(sizes.length == 4 ? sizes[3] : 1)
          .height(sizes[1])
          .width(sizes[2]);
    }

    int classes() {
      return 1 + Arrays.stream(LabeledImages.unsigned(labels.values())).max().orElse(0);
    }

    LabeledImages labeled(int classes) {
      return LabeledImages.of(
          shape(),
          classes,
          LabeledImages.channelsFirst(images.values(), images.shape()[0], shape()),
          LabeledImages.unsigned(labels.values()));
    }
  }

  private static Pair pair(Path folder, Map<String, Path> files, String part) throws IOException {
    Path imageFile = file(folder, files, part + "-images");
    Path labelFile = file(folder, files, part + "-labels");
    IdxFile images = IdxFile.readImages(imageFile);
    IdxFile labels = IdxFile.readLabels(labelFile);
    int[] sizes = images.shape();
    if (sizes.length == 4 && sizes[3] > MOST_CHANNELS && sizes[1] <= MOST_CHANNELS) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s has %d channels by its last dimension and seems to have them in its second one:"
                  + " write [N,height,width,channels]",
              imageFile,
              sizes[3]));
    }
    if (images.shape()[0] != labels.shape()[0]) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: %,d %s images and %,d labels do not go together",
              folder,
              images.shape()[0],
              part,
              labels.shape()[0]));
    }
    return new Pair(images, labels);
  }

  private static Path file(Path folder, Map<String, Path> files, String part) throws DataException {
    if (!files.containsKey(part)) {
      throw new DataException(
          String.format(
              "%s has IDX files, but no %s-idx%s-ubyte (plain or .gz); %s",
              folder, part, part.endsWith("images") ? 3 : 1, DigitFiles.inside(folder)));
    }
    return files.get(part);
  }

  /** The lines of a file that need not be there. */
  static List<String> classNames(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return List.of();
    }
    if (Files.size(file) > 1 << 20) {
      throw new DataException(file + " is too long for names of classes");
    }
    try {
      return Files.readString(file)
          .replace("\uFEFF", "")
          .lines()
          .filter(line -> !line.isBlank())
          .map(line -> ShownName.of(line.strip()))
          .toList();
    } catch (CharacterCodingException e) {
      throw new DataException(file + " is no text in UTF-8", e);
    }
  }
}
