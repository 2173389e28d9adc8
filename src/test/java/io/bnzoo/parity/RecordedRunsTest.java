package io.bnzoo.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;

class RecordedRunsTest {
  private static final ExactNetwork MLP =
      ExactNetwork.mlp(784, 10, Activation.RELU, OptionalDouble.empty());

  @TempDir private Path root;

  @Test
  void runsAreFoundInFoldersOfAnySeed() throws IOException {
    write(root.resolve("mlp-relu-plain"));
    write(root.resolve("seed-12").resolve("mlp-relu-plain"));
    write(root.resolve("another-seed").resolve("mlp"));
    Files.writeString(root.resolve("README.md"), "what this is");
    assertThat(RecordedRuns.in(List.of(root)))
        .containsOnlyKeys("mlp-relu-plain")
        .satisfies(runs -> assertThat(runs.get("mlp-relu-plain")).hasSize(3));
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    assertRefused("is no folder", root.resolve("nowhere"));
  }

  @Test
  void aFolderWithoutRunsIsNamed() throws IOException {
    assertRefused("has no runs", Files.createDirectory(root.resolve("empty")));
  }

  @Test
  void aSeedWithoutRunsIsNamed() throws IOException {
    write(root.resolve("seed-12").resolve("mlp-relu-plain"));
    Files.createDirectory(root.resolve("seed-13"));
    assertRefused("seed-13 is neither a recorded run nor a folder of such", root);
  }

  @Test
  void aRunWithoutADescriptionIsNamed() throws IOException {
    write(root.resolve("seed-12").resolve("mlp-relu-plain"));
    Path other = root.resolve("seed-12").resolve("cut-off");
    write(other);
    Files.delete(other.resolve("case.json"));
    assertRefused("cut-off is no whole recorded run: there is no case.json", root);
  }

  @Test
  void aMissingArrayIsNamed() throws IOException {
    Path run = write(root.resolve("mlp-relu-plain"));
    Files.delete(run.resolve("final").resolve("fc2.W.npy"));
    assertRefused("mlp-relu-plain is no whole recorded run: there is no final/fc2.W.npy", root);
  }

  @Test
  void anArrayThatIsCutOffIsNamed() throws IOException {
    Path run = write(root.resolve("mlp-relu-plain"));
    Path array = run.resolve("initial").resolve("fc1.b.npy");
    byte[] bytes = Files.readAllBytes(array);
    for (int size : new int[] {0, 5, 10, 60, bytes.length - 1}) {
      Files.write(array, Arrays.copyOf(bytes, size));
      assertRefused("fc1.b.npy", root);
    }
  }

  @Test
  void anArrayOfAnotherShapeIsNamed() throws IOException {
    Path run = write(root.resolve("mlp-relu-plain"));
    writeArray(run.resolve("initial").resolve("fc2.W.npy"), List.of(10, 10), 0);
    assertRefused("initial/fc2.W.npy must have shape [100, 100], has [10, 10]", root);
  }

  @Test
  void anArrayWithNanIsNamed() throws IOException {
    Path run = write(root.resolve("mlp-relu-plain"));
    writeArray(run.resolve("after-step-1").resolve("fc2.b.npy"), List.of(100), Float.NaN);
    assertRefused("after-step-1/fc2.b.npy must have finite values, one is NaN", root);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "SGD"             | "RMSProp"   | "optimizer" must be SGD or Adam(0.9, 0.999, 1e-8)
          "none"            | "layer"     | "batch_norm" must be one of [none, moments, fused]
          "relu"            | "elu"       | "activation" must be one of [relu, sigmoid, tanh]
          "mlp-relu-plain"  | "vgg-plain" | must be one of [cnn, mlp], got vgg
          "steps": 2        | "steps": 3  | "steps" is 3, there are 2 losses
          [5000, 5001]      | [5000]      | batches must be of the same size
          [5000, 5001]      | [5000, 60000] | images 5000 to 59999 of the training file, got 60000
          [5000, 5001]      | [4999, 5001] | images 5000 to 59999 of the training file, got 4999
          2.25              | "high"      | "high" is no finite number
          "decay"           | "momentum"  | there is no "decay"
          {                 | [           | case.json
          """,
      quoteCharacter = '\'')
  void aDescriptionOfAnotherKindIsNamed(String text, String other, String message)
      throws IOException {
    Path description = write(root.resolve("mlp-relu-plain")).resolve("case.json");
    Files.writeString(description, Files.readString(description).replace(text, other));
    assertRefused(message, root);
  }

  private static void assertRefused(String message, Path root) {
    assertThatIOException()
        .isThrownBy(() -> RecordedRuns.in(List.of(root)))
        .withMessageContaining(message);
  }

  /** A run of zeros. */
  private static Path write(Path run) throws IOException {
    for (String state : List.of("initial", "gradient-of-step-1", "after-step-1", "final")) {
      Path folder = Files.createDirectories(run.resolve(state));
      for (var shape : MLP.shapes().entrySet()) {
        writeArray(folder.resolve(shape.getKey() + ".npy"), shape.getValue(), 0);
      }
    }
    writeArray(run.resolve("inference-logits-first-50-validation.npy"), List.of(50, 10), 0);
    Files.writeString(
        run.resolve("case.json"),
        """
        {"case": "mlp-relu-plain", "steps": 2, "optimizer": "SGD", "learning_rate": 0.01,
        "activation": "relu", "batch_norm": "none", "epsilon": 0.001, "decay": 0.99,
        "loss_before_each_step": [2.25, 2.5], "batches": [[5000, 5001], [5002, 5003]]}
        """);
    return run;
  }

  private static void writeArray(Path file, List<Integer> shape, float value) throws IOException {
    String sizes = shape.stream().map(String::valueOf).collect(Collectors.joining(", "));
    String header =
        String.format(
            Locale.ROOT, "{'descr': '<f4', 'fortran_order': False, 'shape': (%s,), }%n", sizes);
    int count = shape.stream().reduce(1, Math::multiplyExact);
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + header.length() + Float.BYTES * count)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 0x93).put("NUMPY\1\0".getBytes(StandardCharsets.US_ASCII));
    bytes.putShort((short) header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
    IntStream.range(0, count).forEach(i -> bytes.putFloat(value));
    Files.write(file, bytes.array());
  }
}
