package io.bnzoo.notebook;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Jupyter's commands, with this build's kernel and none of the user's settings. */
final class Jupyter {
  private static final String MISSING =
      "there is no jupyter here; on Debian and Ubuntu apt-get install jupyter-nbconvert"
          + " jupyter-client jupyter-notebook, elsewhere pip install notebook nbconvert";
  private static final int MINUTES = 90; // Against a hang; each cell has a limit of its own.

  private static final Pattern EXCEPTION =
      Pattern.compile("^[\\w.]+(Error|Exception|NoSuchKernel): ");

  private final Path kernels;
  private final Path workFolder;

  /** Kernels are found in the first folder; logs and Jupyter's own files go to the second. */
  Jupyter(Path kernels, Path workFolder) {
    this.kernels = kernels;
    this.workFolder = workFolder;
  }

  /**
   * Runs a notebook from top to bottom. Failures of its cells are in the copy, not thrown.
   *
   * @param scale the share of the batches that is trained
   * @param data the digits, as {@code --data} takes them
   * @return the executed copy
   */
  Path execute(Path source, String scale, String data) throws IOException, InterruptedException {
    Path executed = workFolder.resolve(source.getFileName());
    Files.deleteIfExists(executed);
    convert(
        source,
        Map.of("BNZOO_NOTEBOOK_SCALE", scale, "BNZOO_NOTEBOOK_DATA", data),
        List.of(
            "--to=notebook",
            "--execute",
            "--allow-errors",
            "--ExecutePreprocessor.timeout=600",
            "--ExecutePreprocessor.startup_timeout=120",
            "--ExecutePreprocessor.kernel_name=bnzoo"));
    return executed;
  }

  /** Runs nbconvert; where it fails, what it said at last is in the exception. */
  void convert(Path notebook, Map<String, String> environment, List<String> options)
      throws IOException, InterruptedException {
    Files.createDirectories(workFolder);
    List<String> command = new ArrayList<>(List.of("jupyter", "nbconvert"));
    command.addAll(List.of("--output-dir", workFolder.toAbsolutePath().toString()));
    command.addAll(options);
    command.add(notebook.toAbsolutePath().toString());
    File log = workFolder.resolve(notebook.getFileName() + ".log").toFile();
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(log);
    builder.environment().putAll(environment);
    builder.environment().put("JUPYTER_PATH", kernels.toAbsolutePath().toString());
    for (String kind : List.of("CONFIG", "DATA", "RUNTIME")) {
      Path folder = workFolder.resolve("jupyter").toAbsolutePath();
      builder.environment().put("JUPYTER_" + kind + "_DIR", folder.toString());
    }
    Process process = start(builder);
    Thread atExit = new Thread(() -> end(process));
    Runtime.getRuntime().addShutdownHook(atExit);
    try {
      boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
      if (!ended || process.exitValue() != 0) {
        throw new IOException(
            notebook.getFileName()
                + (ended ? ": nbconvert failed: " : ": nbconvert did not end: ")
                + reason(log.toPath())
                + "\nAll that it said is in "
                + log);
      }
    } finally {
      end(process);
      Runtime.getRuntime().removeShutdownHook(atExit);
    }
  }

  private static Process start(ProcessBuilder builder) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new IllegalStateException(MISSING, e);
    }
  }

  /** A kernel is in a process group of its own, and outlives nbconvert where that is killed. */
  private static void end(Process process) {
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
  }

  /** From the exception's own line, the last that looks like one, to the end. */
  private static String reason(Path log) throws IOException {
    List<String> lines = Files.readString(log).strip().lines().toList();
    int start = Math.max(0, lines.size() - 1);
    for (int line = 0; line < lines.size(); line++) {
      if (EXCEPTION.matcher(lines.get(line)).find()) {
        start = line;
      }
    }
    return String.join("\n", lines.subList(start, lines.size()));
  }
}
