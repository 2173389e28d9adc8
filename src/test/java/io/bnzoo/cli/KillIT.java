package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.ArrayAssert;
import io.bnzoo.storage.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A training that is killed at random moments, and each time gone on with.
 *
 * <p>{@code -Dbnzoo.kills=100} kills more often.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES) // Against a hang; far above what it takes.
class KillIT {
  private static final int KILLS = Integer.getInteger("bnzoo.kills", 10);
  private static final int BATCHES_PER_KILL = 3000;
  private static final long SEED = 1;

  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private static final Path JAR = Path.of("target", "bnzoo.jar").toAbsolutePath();

  @TempDir private Path folder;

  @Test
  void aKilledTrainingLosesNothingAndEndsWithTheSameBits()
      throws IOException, InterruptedException {
    Process whole = train("whole");
    assertThat(whole.waitFor()).isZero();
    Random random = new Random(SEED);
    int kills = 0;
    boolean done = false;
    long longestWait = 6_000; // A JVM and its digits take the first two or three.
    while (!done) {
      Process process = train("killed");
      boolean over =
          kills < KILLS
              ? process.waitFor(random.nextLong(longestWait), TimeUnit.MILLISECONDS)
              : process.waitFor(5, TimeUnit.MINUTES);
      if (over) {
        assertThat(process.exitValue()).isZero();
        done = true;
      } else {
        process.destroyForcibly().waitFor();
        kills++;
        List<Path> models = models();
        // Long enough for the first checkpoint, whatever the machine.
        longestWait = models.isEmpty() ? longestWait + 500 : longestWait;
        for (Path model : models) {
          assertThat(ModelFiles.open(model).manifest()).as("%s is whole", model).isPresent();
        }
      }
    }
    assertThat(kills).as("kills before it was done").isEqualTo(KILLS);
    assertThat(Files.readString(output("killed"))).containsPattern("resumes after batch [1-9]");
    MultiLayerNetwork expected = model("whole");
    MultiLayerNetwork found = model("killed");
    ArrayAssert.assertSameBits(found.params(), expected.params());
    assertThat(found.getIterationCount()).isEqualTo(expected.getIterationCount());
    try (Stream<Path> left = Files.walk(folder.resolve("runs").resolve("killed"))) {
      assertThat(left).noneMatch(path -> path.toString().endsWith(".part"));
    }
  }

  private MultiLayerNetwork model(String run) throws IOException {
    return (MultiLayerNetwork)
        ModelFiles.load(folder.resolve("runs").resolve(run).resolve("batch-norm-seed-1.zip"));
  }

  private List<Path> models() throws IOException {
    Path run = folder.resolve("runs").resolve("killed");
    if (!Files.isDirectory(run)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(run)) {
      return new ArrayList<>(files.filter(file -> file.toString().endsWith(".zip")).toList());
    }
  }

  /** Of the last process of a run. */
  private Path output(String name) {
    return folder.resolve(name + ".txt");
  }

  private Process train(String name) throws IOException {
    return new ProcessBuilder(
            JAVA,
            "-jar",
            JAR.toString(),
            "train",
            "mlp",
            "--data=generated",
            "--threads=1",
            "--batches=" + KILLS * BATCHES_PER_KILL,
            "--checkpoint-every=300",
            "--name=" + name)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(output(name).toFile())
        .start();
  }
}
