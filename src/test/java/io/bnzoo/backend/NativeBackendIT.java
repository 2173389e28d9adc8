package io.bnzoo.backend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.factory.Nd4j;

/** JVMs of their own: in one, ND4J can be loaded only once. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // Against a hang; far above what it takes.
class NativeBackendIT {
  private static final String CLASSES = Path.of("target", "classes").toString();

  /** Prints the status and a sum that ND4J computed. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      System.out.println(NativeBackend.enableOneDnn().description());
      System.out.println(Nd4j.ones(3).sumNumber());
    }
  }

  /** Uses ND4J before anything is chosen. */
  static final class LateProgram {
    private LateProgram() {}

    public static void main(String[] arguments) {
      System.out.println(Nd4j.ones(3).sumNumber());
      System.out.println(NativeBackend.enableOneDnn().description());
    }
  }

  @Test
  void thePlainBinaryTakesOverAndSaysWhy() throws IOException, InterruptedException {
    List<String> lines = run(Program.class, entry -> !entry.contains("onednn"));
    assertThat(lines.get(0))
        .matches("oneDNN is off: ND4J binary [a-z]+-[a-z0-9_]+, because .*")
        .contains("because the class path has no ND4J binary");
    assertThat(lines.get(1)).isEqualTo("3.0");
  }

  /** Prints what ND4J and Deeplearning4j have been told, after a model was made. */
  static final class ModelProgram {
    private ModelProgram() {}

    public static void main(String[] arguments) {
      ThreeLayerMlp.builder().build().init();
      System.out.println(NativeBackend.enableOneDnn().description());
      System.out.println(System.getProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY));
      System.out.println(System.getProperty("org.bytedeco.javacpp.maxphysicalbytes"));
    }
  }

  @Test
  void nothingIsChosenWhereItIsToBeLeftAsItComes() throws IOException, InterruptedException {
    assertThat(run(ModelProgram.class, entry -> true).subList(1, 3)).containsExactly("false", "0");
    assertThat(run(ModelProgram.class, entry -> true, "-Dbnzoo.nd4j.untouched=true"))
        .containsExactly(
            "oneDNN is off: ND4J is as it comes, because bnzoo.nd4j.untouched is true",
            "null",
            "null");
  }

  @Test
  void aLateCallSaysWhatBecomesOfEarlierNetworks() throws IOException, InterruptedException {
    assumeTrue(NativeBackend.enableOneDnn().oneDnn(), "skipped: oneDNN is not available here");
    assertThat(run(LateProgram.class, entry -> true).get(1))
        .matches(
            "oneDNN is on: ND4J binary [a-z]+-[a-z0-9_]+-onednn-[a-z0-9]+, in use before this call;"
                + " networks made before it need useOneDnnIn");
  }

  private static List<String> run(Class<?> program, Predicate<String> entries, String... jvmOptions)
      throws IOException, InterruptedException {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entries)
            // The jar's manifest names all libraries, the binary with oneDNN among them.
            .map(entry -> entry.endsWith("bnzoo.jar") ? CLASSES : entry)
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(jvmOptions));
    command.addAll(List.of("-cp", classPath, program.getName()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isZero();
    return output.lines().toList();
  }
}
