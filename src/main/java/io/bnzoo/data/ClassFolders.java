package io.bnzoo.data;

import io.bnzoo.files.ShownName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A folder with one sub-folder of PNG and JPEG files a class, the folder's name being the class's;
 * or with such folders below {@code train}, {@code test} and {@code validation}.
 *
 * <p>The classes are in the order of their names. Images are grey if all of them are, else they
 * have three channels.
 */
final class ClassFolders {
  private static final List<String> VALIDATION = List.of("validation", "valid", "val");

  private final Path folder;
  private final Optional<ImageSize> size;
  private final ProgressListener progress;
  private final Map<ImageSize, Path> sizes = new LinkedHashMap<>();
  private boolean grey = true;
  private long bytes;

  ClassFolders(Path folder, Optional<ImageSize> size, ProgressListener progress) {
    this.folder = folder;
    this.size = size;
    this.progress = progress;
  }

  /**
   * The images of the folder, if it has sub-folders with images.
   *
   * @throws DataException naming a file that is no image, or two of different size where none is
   *     asked for
   */
  Optional<FoundImages> read() throws IOException {
    Map<String, Path> children = children(folder);
    Map<String, List<Path>> train =
        children.containsKey("train") ? classes(children.get("train")) : Map.of();
    if (train.isEmpty()) {
      Map<String, List<Path>> all = classes(folder);
      return all.isEmpty()
          ? Optional.empty()
          : Optional.of(images(all, Optional.empty(), Optional.empty()));
    }
    Optional<Map<String, List<Path>>> validation = Optional.empty();
    for (String name : VALIDATION) {
      if (children.containsKey(name)) {
        validation = Optional.of(classes(children.get(name)));
      }
    }
    Optional<Map<String, List<Path>>> test = Optional.empty();
    if (children.containsKey("test")) {
      test = Optional.of(classes(children.get("test")));
    }
    return Optional.of(images(train, validation, test));
  }

  private FoundImages images(
      Map<String, List<Path>> training,
      Optional<Map<String, List<Path>>> validation,
      Optional<Map<String, List<Path>>> test)
      throws IOException {
    List<String> names = List.copyOf(training.keySet());
    List<Pictures> sets = new ArrayList<>();
    sets.add(decode(training, names));
    if (validation.isPresent()) {
      sets.add(decode(validation.get(), names));
    }
    if (test.isPresent()) {
      sets.add(decode(test.get(), names));
    }
    if (sizes.size() > 1) {
      throw new DataException(severalSizes());
    }
    List<LabeledImages> labeled = new ArrayList<>();
    for (Pictures set : sets) {
      labeled.add(set.labeled(sizes.keySet().iterator().next(), grey, names.size()));
    }
    return new FoundImages(
        labeled.get(0),
        validation.map(present -> labeled.get(1)),
        test.map(present -> labeled.get(labeled.size() - 1)),
        names.stream().map(ShownName::of).toList(),
        "image files");
  }

  private String severalSizes() {
    Map.Entry<ImageSize, Path> first = sizes.entrySet().iterator().next();
    Map.Entry<ImageSize, Path> other = sizes.entrySet().stream().skip(1).findFirst().orElseThrow();
    return String.format(
        Locale.ROOT,
        "%s has images of %d sizes, such as %s (%s) and %s (%s): choose one for all, as"
            + " --image-size %s",
        folder,
        sizes.size(),
        first.getKey(),
        shown(first.getValue()),
        other.getKey(),
        shown(other.getValue()),
        first.getKey());
  }

  private String shown(Path file) {
    return ShownName.of(folder.relativize(file).toString());
  }

  /** Decoded pictures, three channels each, and what they show. */
  private record Pictures(List<byte[]> pixels, List<Integer> labels) {
    LabeledImages labeled(ImageSize size, boolean grey, int classes) {
      int channels = grey ? 1 : 3;
      ImageShape shape =
          ImageShape.withChannels(channels).height(size.height()).width(size.width());
      byte[] all = new byte[pixels.size() * shape.size()];
      int next = 0;
      for (byte[] picture : pixels) {
        for (int i = 0; i < picture.length; i += 4 - channels) {
          all[next++] = picture[i];
        }
      }
      return new LabeledImages(
          shape,
          classes,
          LabeledImages.channelsFirst(all, pixels.size(), shape),
          labels.stream().mapToInt(Integer::intValue).toArray());
    }
  }

  private Pictures decode(Map<String, List<Path>> classes, List<String> names) throws IOException {
    Map<String, Integer> labels = new HashMap<>();
    names.forEach(name -> labels.put(name, labels.size()));
    List<byte[]> pixels = new ArrayList<>();
    List<Integer> shown = new ArrayList<>();
    int total = classes.values().stream().mapToInt(List::size).sum();
    for (Map.Entry<String, List<Path>> one : classes.entrySet()) {
      Integer label = labels.get(one.getKey());
      if (label == null) {
        throw new DataException(
            String.format(
                "%s has the class %s, and none of the training images has",
                folder, ShownName.of(one.getKey())));
      }
      for (Path file : one.getValue()) {
        ImageFile image = ImageFile.read(file);
        ImageFile scaled = size.isPresent() ? image.scaledTo(size.get()) : image;
        sizes.putIfAbsent(scaled.size(), file);
        grey &= scaled.isGrey();
        bytes += scaled.pixels().length;
        HeapRoom.require(folder, (int) Math.min(Integer.MAX_VALUE, bytes));
        pixels.add(scaled.pixels());
        shown.add(label);
        progress.advanced("reading images", pixels.size(), total);
      }
    }
    return new Pictures(pixels, shown);
  }

  /** The image files of each class that has any. */
  private static Map<String, List<Path>> classes(Path folder) throws IOException {
    Map<String, List<Path>> classes = new LinkedHashMap<>();
    for (Map.Entry<String, Path> child : children(folder).entrySet()) {
      List<Path> images = images(child.getValue());
      if (!images.isEmpty()) {
        classes.put(child.getKey(), images);
      }
    }
    return classes;
  }

  /** The folders in a folder, by their names and in their order; hidden ones are no classes. */
  private static Map<String, Path> children(Path folder) throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths
          .filter(Files::isDirectory)
          .filter(path -> !path.getFileName().toString().startsWith("."))
          .sorted()
          .collect(
              Collectors.toMap(
                  path -> path.getFileName().toString(),
                  path -> path,
                  (one, other) -> one,
                  LinkedHashMap::new));
    }
  }

  private static List<Path> images(Path folder) throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths
          .filter(Files::isRegularFile)
          .filter(ClassFolders::isNamedAsImage)
          .sorted()
          .toList();
    }
  }

  private static boolean isNamedAsImage(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return !name.startsWith(".") && name.matches("(?s).*\\.(png|jpe?g)");
  }
}
