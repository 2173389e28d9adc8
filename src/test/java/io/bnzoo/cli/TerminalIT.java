package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged jar on a terminal, where it draws progress bars. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // Against a hang; far above what it takes.
class TerminalIT {
  private static final Path SCRIPT = Path.of("/usr/bin/script");
  private static final int CTRL_C = 130;

  @TempDir private Path folder;

  /** What draws bars must not take Ctrl-C for itself. */
  @Test
  void ctrlCKeepsWhatWasMeasuredWhileABarIsDrawn() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(SCRIPT), "skipped: nothing makes a terminal here");
    Process terminal = train();
    List<String> shown = new ArrayList<>();
    try (BufferedReader output = terminal.inputReader()) {
      String line = "";
      while (line != null && !line.contains("batch   500")) {
        line = output.readLine();
        shown.add(String.valueOf(line));
      }
      ProcessHandle java = terminal.descendants().reduce((above, below) -> below).orElseThrow();
      new ProcessBuilder("kill", "-INT", Long.toString(java.pid())).start().waitFor();
      shown.addAll(output.lines().toList());
    }
    assertThat(terminal.waitFor()).isEqualTo(CTRL_C);
    assertThat(shown).anyMatch(line -> line.contains("stopped after"));
    assertThat(folder.resolve("runs/cut/checkpoints")).isNotEmptyDirectory();
    assertThat(shown.stream().flatMap(line -> List.of(line.split("\r", -1)).stream()))
        .anyMatch(
            drawn -> drawn.matches("batch-norm +0% \\[>.*\\] \\d+ of 100,000 batches, .* left *"))
        .allSatisfy(
            drawn -> assertThat(drawn.replace("\u001b[K", "").length()).isLessThanOrEqualTo(80));
  }

  private Process train() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Path jar = Path.of("target", "bnzoo.jar").toAbsolutePath();
    String command =
        "exec '%s' -jar '%s' train mlp --data generated --batches 100000 --name cut"
            .formatted(java, jar);
    ProcessBuilder process =
        new ProcessBuilder(SCRIPT.toString(), "-qec", command, "/dev/null")
            .directory(folder.toFile())
            .redirectErrorStream(true);
    process.environment().remove("COLUMNS");
    return process.start();
  }
}
