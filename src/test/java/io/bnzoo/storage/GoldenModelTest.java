package io.bnzoo.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bnzoo.ArrayAssert;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A model that was saved once must go on giving the same outputs; see {@link GoldenModel}. */
class GoldenModelTest {
  @TempDir private Path folder;

  static Stream<GoldenModel> models() {
    return GoldenModel.all();
  }

  @ParameterizedTest
  @MethodSource("models")
  void aModelSavedLongAgoGivesItsRecordedOutputs(GoldenModel golden) throws IOException {
    Path file = folder.resolve(golden.model());
    try (InputStream in = GoldenModelTest.class.getResourceAsStream(golden.model())) {
      Files.copy(in, file);
    }
    MultiLayerNetwork network = (MultiLayerNetwork) ModelFiles.load(file);
    ArrayAssert.assertClose(network.output(GoldenModel.images()), recorded(golden), 1e-6, 1e-5);
  }

  private static INDArray recorded(GoldenModel golden) throws IOException {
    try (InputStream in = GoldenModelTest.class.getResourceAsStream(golden.outputs())) {
      String text = new String(in.readAllBytes(), UTF_8).replaceAll("[\\[\\]\\s]", "");
      double[] values =
          Arrays.stream(text.split(",", -1)).mapToDouble(Double::parseDouble).toArray();
      return Nd4j.createFromArray(values).castTo(DataType.FLOAT).reshape('c', 3, 10);
    }
  }
}
