package io.bnzoo.notebook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where the notebooks are; another folder is named by the system property notebooks.folder. */
final class Notebooks {
  /** Folders of the machine that records, which no notebook should show. */
  static final List<Path> PLACES =
      List.of(Path.of("").toAbsolutePath(), Path.of(System.getProperty("user.home")));

  /** In the name of a copy that Jupyter makes, to be worked in. */
  private static final String COPY = "-Copy";

  private static final Path FOLDER =
      Path.of(System.getProperty("notebooks.folder", "notebooks-ported"));

  private Notebooks() {}

  /** All of them but copies, in order of their names. */
  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .filter(file -> file.toString().endsWith(".ipynb") && !file.toString().contains(COPY))
          .sorted()
          .toList();
    }
  }
}
