package io.bnzoo.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a command writes the file that it makes of another one. */
final class OutputFileOptions {
  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "The file to write.")
  private Path file;

  @Option(names = "--force", description = "Replace that file if it is there already.")
  private boolean force;

  /**
   * The file.
   *
   * @param given what it is made of, which is never replaced
   * @throws IllegalArgumentException if it is the same, is there already, or has no folder
   */
  Path checked(Path given) {
    return checked("--output", file, given, force);
  }

  /** The same for a file that another option names. */
  static Path checked(String option, Path file, Path given, boolean force) {
    String start = option + ": " + file + " ";
    require(!isSame(file, given), start + "is the file that is read; give another name");
    require(!Files.isDirectory(file), start + "is a folder; give a file's name");
    require(force || !Files.exists(file), start + "is there already; --force replaces it");
    Path folder = file.toAbsolutePath().getParent();
    require(Files.isDirectory(folder), start + "would be in " + folder + ", which is no folder");
    return file;
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static boolean isSame(Path one, Path other) {
    try {
      return Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other);
    } catch (IOException e) {
      return false;
    }
  }
}
