package io.bnzoo.notebook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code mvn -Pnotebooks exec:exec} runs, on a PATH with a Jupyter of the test's own. */
class OpenNotebooksTest {
  private static final Path PROGRAM = Path.of("src", "notebooks", "jupyter", "OpenNotebooks.java");

  @TempDir private Path folder;

  private String output;

  @BeforeEach
  void needsScripts() {
    assumeTrue(File.separatorChar == '/', "skipped: there are no scripts to run here");
  }

  private void jupyter(String script) throws IOException {
    Path file = Files.writeString(folder.resolve("jupyter"), "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private int open(String... arguments) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(), PROGRAM.toString());
    builder.command().addAll(List.of(arguments));
    builder.environment().put("PATH", folder.toString());
    Process process = builder.redirectErrorStream(true).start();
    output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return process.waitFor();
  }

  @Test
  void whereThereIsNoJupyterOneLineSaysWhatToInstall() throws Exception {
    assertThat(open("notebook", "notebooks-ported")).isEqualTo(69);
    assertThat(output)
        .hasLineCount(1)
        .contains("apt-get install", "jupyter-notebook", "pip install notebook");
  }

  @Test
  void whereJupyterLacksTheCommandItsHelpIsNotShown() throws Exception {
    jupyter("for line in 1 2 3 4 5 6 7 8 9; do echo usage: jupyter; done; exit 1\n");
    assertThat(open("notebook", "notebooks-ported")).isEqualTo(69);
    assertThat(output).hasLineCount(1).startsWith("Jupyter's command notebook is not installed: ");
  }

  @Test
  void whereThereIsOneItRuns() throws Exception {
    jupyter("if [ \"$2\" != --version ]; then echo \"opened $*\"; exit 3; fi\n");
    assertThat(open("notebook", "--allow-root", "notebooks-ported")).isEqualTo(3);
    assertThat(output).isEqualTo("opened notebook --allow-root notebooks-ported\n");
  }

  @Test
  void mavenAddsNothingToTheLine() throws IOException {
    assertThat(Files.readString(Path.of("pom.xml"))).contains("<successCode>69</successCode>");
  }
}
