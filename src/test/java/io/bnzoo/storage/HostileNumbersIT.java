package io.bnzoo.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files whose configuration would take the process down, fill the memory or never end, if it were
 * believed. A process of its own tries them, with 5 seconds for each and less than 1 GiB.
 */
class HostileNumbersIT {
  @TempDir private static Path folder;

  /** What came of each file, by what was done to it. */
  private static final List<Attempt> ATTEMPTS = new ArrayList<>();

  private static int exitCode;

  /** Of one file. */
  private record Attempt(String name, String outcome) {}

  @BeforeAll
  static void tryAll() throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-Dorg.bytedeco.javacpp.maxbytes=512m",
            "-cp",
            System.getProperty("java.class.path"),
            HostileNumbersMain.class.getName(),
            folder.resolve("model.zip").toString());
    builder.environment().putAll(Map.of("OMP_NUM_THREADS", "1"));
    exitCode =
        builder
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    String name = "";
    for (String line : Files.readString(output, UTF_8).lines().toList()) {
      if (line.startsWith(HostileNumbersMain.BEFORE)) {
        name = line.substring(HostileNumbersMain.BEFORE.length());
        ATTEMPTS.add(new Attempt(name, "ended the process"));
      } else if (HostileNumbersMain.isOutcome(line)) {
        ATTEMPTS.set(ATTEMPTS.size() - 1, new Attempt(name, line));
      }
    }
  }

  @Test
  void noFileEndsTheProcessOrTakesLongerThanFiveSeconds() {
    assertThat(ATTEMPTS.get(ATTEMPTS.size() - 1)).as("the last one").isNotNull();
    assertThat(ATTEMPTS).noneMatch(attempt -> attempt.outcome().equals("ended the process"));
    assertThat(exitCode).isZero();
  }

  @Test
  void everyFileIsRefusedInOneLineOrPredicts() {
    assertThat(ATTEMPTS).hasSizeGreaterThan(1000);
    assertThat(ATTEMPTS)
        .noneMatch(attempt -> attempt.outcome().startsWith(HostileNumbersMain.FAILED));
  }

  @Test
  void whatDoesNoHarmIsNotRefused() {
    assertThat(ATTEMPTS)
        .filteredOn(attempt -> attempt.outcome().startsWith(HostileNumbersMain.PREDICTED))
        .hasSizeGreaterThan(ATTEMPTS.size() / 10);
  }
}
