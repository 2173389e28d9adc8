package io.bnzoo.data;

import io.bnzoo.files.ShownName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
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
  private static final List<String> TEST = List.of("test");
  private static final List<String> SETS = List.of("train", "test");

  /** Paths themselves compare in another way on Windows. */
  private static final Comparator<Path> BY_NAME =
      Comparator.comparing(path -> path.getFileName().toString());

  private final Path folder;
  private final Optional<ImageSize> size;
  private final ProgressListener progress;
  private final Map<ImageSize, Path> sizes = new LinkedHashMap<>();
  private boolean grey = true;
  private int skipped;
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
    Optional<Path> train = setAside(List.of("train"));
    if (train.isEmpty() || classes(train.get()).isEmpty()) {
      Map<String, List<Path>> all = classes(folder);
      if (train.isPresent() && all.keySet().stream().anyMatch(name -> isOneOf(name, SETS))) {
        throw new DataException(
            folder + " has sets of images, but no folder for each class in " + train.get());
      }
      return all.isEmpty()
          ? Optional.empty()
          : Optional.of(images(all, Optional.empty(), Optional.empty()));
    }
    return Optional.of(
        images(classes(train.get()), classesOf(setAside(VALIDATION)), classesOf(setAside(TEST))));
  }

  private static boolean isOneOf(String name, List<String> names) {
    return names.contains(name.toLowerCase(Locale.ROOT));
  }

  /** The folder of a set, by any of its names. */
  private Optional<Path> setAside(List<String> names) throws IOException {
    List<Path> found =
        children(folder).entrySet().stream()
            .filter(child -> isOneOf(child.getKey(), names))
            .map(Map.Entry::getValue)
            .toList();
    if (found.size() > 1) {
      throw new DataException(
          String.format("%s and %s are for the same: leave one", found.get(0), found.get(1)));
    }
    return found.stream().findFirst();
  }

  private Optional<Map<String, List<Path>>> classesOf(Optional<Path> set) throws IOException {
    if (set.isEmpty()) {
      return Optional.empty();
    }
    Map<String, List<Path>> classes = classes(set.get());
    if (classes.isEmpty()) {
      throw new DataException(
          set.get() + " has no folder of PNG or JPEG files for each class: fill or remove it");
    }
    return Optional.of(classes);
  }

  private FoundImages images(
      Map<String, List<Path>> training,
      Optional<Map<String, List<Path>>> validation,
      Optional<Map<String, List<Path>>> test)
      throws IOException {
    List<String> names = List.copyOf(training.keySet());
    List<DecodedFiles> sets = new ArrayList<>();
    sets.add(decode(training, names));
    if (validation.isPresent()) {
      sets.add(decode(validation.get(), names));
    }
    if (test.isPresent()) {
      sets.add(decode(test.get(), names));
    }
    List<LabeledImages> labeled = new ArrayList<>();
    for (DecodedFiles set : sets) {
      labeled.add(set.labeled(sizes.keySet().iterator().next(), grey, names.size()));
    }
    return new FoundImages(
        labeled.get(0),
        validation.map(present -> labeled.get(1)),
        test.map(present -> labeled.get(labeled.size() - 1)),
        names.stream().map(ShownName::of).toList(),
        skipped == 0
            ? "image files"
            : String.format(
                Locale.ROOT, "image files (%,d that are neither PNG nor JPEG skipped)", skipped));
  }

  private String twoSizes() {
    List<Map.Entry<ImageSize, Path>> both = List.copyOf(sizes.entrySet());
    return String.format(
        "%s has images of several sizes, such as %s (%s) and %s (%s): choose one for all, as"
            + " --image-size %s",
        folder,
        both.get(0).getKey(),
        shown(both.get(0).getValue()),
        both.get(1).getKey(),
        shown(both.get(1).getValue()),
        both.get(0).getKey());
  }

  private String shown(Path file) {
    return ShownName.of(folder.relativize(file).toString());
  }

  /** Decoded pictures, three channels each, and what they show. */
  private record DecodedFiles(List<byte[]> pixels, List<Integer> labels) {
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
      return LabeledImages.of(
          shape,
          classes,
          LabeledImages.channelsFirst(all, pixels.size(), shape),
          labels.stream().mapToInt(Integer::intValue).toArray());
    }
  }

  private DecodedFiles decode(Map<String, List<Path>> classes, List<String> names)
      throws IOException {
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
        if (sizes.size() > 1) {
          throw new DataException(twoSizes());
        }
        grey &= scaled.isGrey();
        bytes += scaled.pixels().length;
        HeapRoom.require(folder, (int) Math.min(Integer.MAX_VALUE, bytes));
        pixels.add(scaled.pixels());
        shown.add(label);
        progress.advanced("reading images", pixels.size(), total);
      }
    }
    return new DecodedFiles(pixels, shown);
  }

  /**
   * The image files of each class; no classes if no folder has any.
   *
   * @throws DataException naming a folder that has none, where others have
   */
  private Map<String, List<Path>> classes(Path place) throws IOException {
    Map<String, List<Path>> classes = new LinkedHashMap<>();
    List<Path> empty = new ArrayList<>();
    for (Map.Entry<String, Path> child : children(place).entrySet()) {
      List<Path> images = images(child.getValue());
      if (images.isEmpty()) {
        empty.add(child.getValue());
      } else {
        classes.put(child.getKey(), images);
      }
    }
    if (!classes.isEmpty() && !empty.isEmpty()) {
      throw new DataException(
          empty.get(0) + " has no PNG or JPEG files, as the folders beside it have: remove it");
    }
    return classes;
  }

  /** The folders in a folder, by their names and in their order; hidden ones are no classes. */
  private static Map<String, Path> children(Path folder) throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths
          .filter(Files::isDirectory)
          .filter(path -> !isHidden(path))
          .sorted(BY_NAME)
          .collect(
              Collectors.toMap(
                  path -> path.getFileName().toString(),
                  path -> path,
                  (one, other) -> one,
                  LinkedHashMap::new));
    }
  }

  private List<Path> images(Path place) throws IOException {
    try (Stream<Path> paths = Files.list(place)) {
      List<Path> files =
          paths.filter(Files::isRegularFile).filter(path -> !isHidden(path)).toList();
      List<Path> images =
          files.stream().filter(ClassFolders::isNamedAsImage).sorted(BY_NAME).toList();
      skipped += files.size() - images.size();
      return images;
    }
  }

  /** By the name of a file or of what an archive of another system has left. */
  private static boolean isHidden(Path path) {
    String name = path.getFileName().toString();
    return name.startsWith(".") || name.startsWith("__");
  }

  private static boolean isNamedAsImage(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT).matches("(?s).*\\.(png|jpe?g)");
  }
}
