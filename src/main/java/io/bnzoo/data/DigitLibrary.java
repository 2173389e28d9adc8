package io.bnzoo.data;

import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finds images: MNIST from a folder or a mirror, generated digits, or what a folder holds.
 *
 * <p>{@link DataChoice.Automatic} looks into the folder that the environment variable {@code
 * BNZOO_DATA} names, and only there if it is set; else into {@code ~/.bnzoo/mnist}, then into
 * Deeplearning4j's own folder, then fetches MNIST into {@code ~/.bnzoo/mnist}; and where no mirror
 * answers it falls back to generated digits, says so to the listener for notices, and leaves it in
 * the digits' origin. A folder with files that are not the four is reported, too. Whatever is found
 * is verified before it is used.
 */
public final class DigitLibrary {
  private final Path home;
  private final Optional<Path> environmentFolder;
  private final Path dl4jFolder;
  private final MnistDownload download;
  private final Consumer<String> notices;
  private final ProgressListener progress;

  private DigitLibrary(
      Path home,
      Optional<Path> environmentFolder,
      Path dl4jFolder,
      MnistDownload download,
      Consumer<String> notices,
      ProgressListener progress) {
    this.home = home;
    this.environmentFolder = environmentFolder;
    this.dl4jFolder = dl4jFolder;
    this.download = download;
    this.notices = notices;
    this.progress = progress;
  }

  /**
   * The default library, below {@code ~/.bnzoo}.
   *
   * <p>{@code BNZOO_HOME} takes the place of {@code ~/.bnzoo} where it is set.
   */
  public static DigitLibrary standard() {
    Path userHome = Path.of(System.getProperty("user.home"));
    return new DigitLibrary(
        environment("BNZOO_HOME").orElse(userHome.resolve(".bnzoo")),
        environment("BNZOO_DATA"),
        userHome.resolve(".deeplearning4j").resolve("data").resolve("MNIST"),
        new MnistDownload(MnistDownload.MIRRORS, MnistDownload.Timeouts.STANDARD),
        notice -> {},
        ProgressListener.NONE);
  }

  /** A library that looks nowhere but below one folder and asks the given mirrors. */
  static DigitLibrary below(
      Path folder,
      Optional<Path> environmentFolder,
      List<URI> mirrors,
      MnistDownload.Timeouts timeouts) {
    return new DigitLibrary(
        folder.resolve("home"),
        environmentFolder,
        folder.resolve("dl4j"),
        new MnistDownload(mirrors, timeouts),
        notice -> {},
        ProgressListener.NONE);
  }

  /** The same library, telling what a person should know in single lines. */
  public DigitLibrary withNotices(Consumer<String> listener) {
    return new DigitLibrary(home, environmentFolder, dl4jFolder, download, listener, progress);
  }

  /** The same library, telling how far long tasks have come. */
  public DigitLibrary withProgress(ProgressListener listener) {
    return new DigitLibrary(home, environmentFolder, dl4jFolder, download, notices, listener);
  }

  /**
   * The images asked for, verified.
   *
   * @throws DataException if a file is missing, damaged or foreign, naming it
   */
  public ImageDataset load(DataChoice choice) throws IOException {
    if (choice instanceof DataChoice.Folder folder) {
      return DataFolder.load(folder.path(), folder.size(), progress);
    }
    if (choice instanceof DataChoice.Generated) {
      return generated("generated digits, as asked for");
    }
    if (environmentFolder.isPresent()) {
      return DataFolder.load(environmentFolder.get(), Optional.empty(), progress);
    }
    Optional<Path> found = find();
    if (found.isPresent()) {
      return mnistIn(found.get());
    }
    tellOfUnusableFiles();
    try {
      notices.accept("MNIST is not on this machine: fetching 11 MB into " + mnistFolder());
      download.into(mnistFolder(), progress);
    } catch (DataException e) {
      return fallBack(e.getMessage());
    } catch (FileSystemException e) {
      return fallBack(unwritable(mnistFolder(), e));
    }
    return mnistIn(mnistFolder());
  }

  private ImageDataset fallBack(String reason) throws IOException {
    notices.accept("using GENERATED digits, not MNIST: " + reason);
    return generated("generated digits, because MNIST could not be downloaded");
  }

  private void tellOfUnusableFiles() {
    for (Path folder : folders()) {
      if (DigitFiles.hasContents(folder)) {
        DigitFiles.lackOf(folder).ifPresent(lack -> notices.accept("incomplete: " + lack));
      }
    }
  }

  /** Why something is not kept, and what a person can do about it. */
  private static String unwritable(Path folder, FileSystemException e) {
    String reason =
        e instanceof AccessDeniedException
            ? "permission denied"
            : Optional.ofNullable(e.getReason()).orElse(e.getClass().getSimpleName());
    return String.format(
        "%s cannot be written (%s); set BNZOO_HOME to a folder that can", folder, reason);
  }

  /** The folder that {@link DataChoice.Automatic} would read, if there is one yet. */
  public Optional<Path> find() {
    if (environmentFolder.isPresent()) {
      return environmentFolder;
    }
    return folders().stream()
        .filter(folder -> DigitFiles.missingFrom(folder).isEmpty())
        .findFirst();
  }

  private List<Path> folders() {
    return List.of(mnistFolder(), dl4jFolder);
  }

  /** Where downloads go. */
  public Path mnistFolder() {
    return home.resolve("mnist");
  }

  private ImageDataset generated(String description) throws IOException {
    Path cache = home.resolve("generated");
    try {
      return GeneratedDigits.cachedIn(cache, description, progress);
    } catch (FileSystemException e) {
      notices.accept("the generated digits are not kept: " + unwritable(cache, e));
      return GeneratedDigits.drawnForOnce(description, progress);
    }
  }

  private static ImageDataset mnistIn(Path folder) throws IOException {
    return DigitFiles.load(folder, DigitFiles.mnistChecksums(), ImageDataset.Kind.MNIST, "MNIST");
  }

  private static Optional<Path> environment(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(s -> !s.isBlank()).map(Path::of);
  }
}
