package io.bnzoo.parity;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The runs recorded from TensorFlow that this machine has. */
final class RecordedRuns {
  private static final List<String> VARIABLES = List.of("BNZOO_PARITY", "BNZOO_PARITY_MORE");

  private RecordedRuns() {}

  /**
   * All runs in the folders that the environment names, by what was trained; skips the test where
   * it names none.
   *
   * @throws IOException if one of the folders has no runs, or a run is not whole
   */
  static Map<String, List<RecordedRun>> ofEnvironment() throws IOException {
    List<Path> roots = new ArrayList<>();
    for (String variable : VARIABLES) {
      String folder = System.getenv(variable);
      if (folder != null && !folder.isBlank()) {
        roots.add(Path.of(folder));
      }
    }
    assumeTrue(
        !roots.isEmpty(),
        "skipped: set BNZOO_PARITY to a folder with runs recorded from TensorFlow to compare them");
    return in(roots);
  }

  /** All runs in some folders, by what was trained. */
  static Map<String, List<RecordedRun>> in(List<Path> roots) throws IOException {
    Map<String, List<RecordedRun>> byKind = new TreeMap<>();
    for (Path root : roots) {
      List<Path> folders = folders(root);
      if (folders.isEmpty()) {
        throw new IOException(root + " has no runs recorded from TensorFlow in it");
      }
      for (Path folder : folders) {
        for (Path run : isRun(folder) ? List.of(folder) : runsOfSeed(folder)) {
          RecordedRun read = RecordedRun.read(run);
          byKind.computeIfAbsent(read.description().kind(), kind -> new ArrayList<>()).add(read);
        }
      }
    }
    return byKind;
  }

  /** A folder that is no run has the runs of one seed in it. */
  private static List<Path> runsOfSeed(Path folder) throws IOException {
    List<Path> runs = folders(folder);
    if (runs.stream().noneMatch(RecordedRuns::isRun)) {
      throw new IOException(
          String.format(
              "%s is neither a recorded run nor a folder of such: %s is not in it nor one below",
              folder, RecordedRun.DESCRIPTION));
    }
    return runs;
  }

  private static boolean isRun(Path folder) {
    return Files.isRegularFile(folder.resolve(RecordedRun.DESCRIPTION));
  }

  private static List<Path> folders(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          folder + " should have runs recorded from TensorFlow in it, and is no folder");
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isDirectory)
          .filter(each -> !each.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
    }
  }
}
