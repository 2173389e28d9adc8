package io.bnzoo.cli;

import io.bnzoo.run.RunFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/** Where a command keeps its run. */
final class RunOptions {
  /** The options that say where a run is, and nothing of what it is. */
  static final Set<String> NAMES = Set.of("--runs", "--name", "--fresh");

  /** File systems take 255; the rest is for the endings of what is set aside. */
  private static final int LONGEST_NAME = 200;

  @Option(
      names = "--runs",
      paramLabel = "DIR",
      defaultValue = "runs",
      description = "Where the folders of runs are. Default: ${DEFAULT-VALUE}.")
  private Path runs;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The folder below that. By default it is named after what is trained.")
  private Optional<String> name;

  @Option(
      names = "--fresh",
      description =
          "Start anew where the folder is there already; what is in it is moved to NAME-old."
              + " Without it the same run is resumed where it was interrupted.")
  private boolean fresh;

  /**
   * To be asked before any work.
   *
   * @throws IllegalArgumentException if no folder can be of this name, or in this place
   */
  void check() {
    name.ifPresent(RunOptions::checkName);
    if (Files.exists(runs) && !Files.isDirectory(runs)) {
      throw new IllegalArgumentException("--runs must be a folder, and '" + runs + "' is a file");
    }
  }

  private static void checkName(String name) {
    if (!isOneName(name) || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "--name must be the name of one folder, got '" + name + "'; --runs says where");
    }
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "--name must have at most " + LONGEST_NAME + " bytes, got " + bytes);
    }
  }

  private static boolean isOneName(String name) {
    try {
      Path fileName = Path.of(name).getFileName(); // None for a root.
      return !name.isBlank()
          && !Set.of(".", "..").contains(name)
          && name.equals(String.valueOf(fileName));
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("--name: " + Failures.invalidPath(e), e);
    }
  }

  /** Whether the folder's name was given, so that no other one will do. */
  boolean isNamed() {
    return name.isPresent();
  }

  /**
   * The run's folder, out of whose way is what {@code --fresh} asks to set aside.
   *
   * @param defaultName the folder's name where none is given
   */
  Path folder(String defaultName, Terminal terminal) throws IOException {
    Path folder = runs.resolve(name.orElse(defaultName));
    if (fresh) {
      RunFolder.setAside(folder).ifPresent(aside -> terminal.tell("what was there is in " + aside));
    }
    return folder;
  }
}
