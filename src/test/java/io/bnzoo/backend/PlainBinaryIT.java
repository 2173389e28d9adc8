package io.bnzoo.backend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.factory.Nd4j;

/** A JVM whose class path has no binary with oneDNN in it. */
@Timeout(value = 3, unit = TimeUnit.MINUTES) // Against a hang; far above what it takes.
class PlainBinaryIT {
  private static final String CLASSES = Path.of("target", "classes").toString();

  /** Prints the status and a sum that ND4J computed. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      System.out.println(NativeBackend.enableOneDnn().description());
      System.out.println(Nd4j.ones(3).sumNumber());
    }
  }

  @Test
  void thePlainBinaryTakesOverAndSaysWhy() throws IOException, InterruptedException {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> !entry.contains("onednn"))
            // The jar's manifest names all libraries, that binary among them.
            .map(entry -> entry.endsWith("bnzoo.jar") ? CLASSES : entry)
            .collect(Collectors.joining(File.pathSeparator));
    List<String> lines = run(classPath);
    assertThat(lines.get(0))
        .matches("oneDNN is off: ND4J binary [a-z]+-[a-z0-9_]+, because .*")
        .contains("because the class path has no ND4J binary");
    assertThat(lines.get(1)).isEqualTo("3.0");
  }

  private static List<String> run(String classPath) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                Program.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isZero();
    return output.lines().toList();
  }
}
