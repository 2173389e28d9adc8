package io.bnzoo.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bnzoo.ArrayAssert;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A model that was saved once must go on giving the same outputs; see {@link GoldenModel}. */
class GoldenModelTest {
  @TempDir private Path folder;

  @Test
  void aModelSavedLongAgoGivesItsRecordedOutputs() throws IOException {
    Path file = folder.resolve(GoldenModel.MODEL);
    try (InputStream in = GoldenModelTest.class.getResourceAsStream(GoldenModel.MODEL)) {
      Files.copy(in, file);
    }
    MultiLayerNetwork network = (MultiLayerNetwork) ModelFiles.load(file);
    ArrayAssert.assertClose(network.output(GoldenModel.images()), recorded(), 1e-6, 1e-5);
  }

  private static INDArray recorded() throws IOException {
    try (InputStream in = GoldenModelTest.class.getResourceAsStream(GoldenModel.OUTPUTS)) {
      String text = new String(in.readAllBytes(), UTF_8).replaceAll("[\\[\\]\\s]", "");
      double[] values =
          Arrays.stream(text.split(",", -1)).mapToDouble(Double::parseDouble).toArray();
      return Nd4j.createFromArray(values).castTo(DataType.FLOAT).reshape('c', 3, 10);
    }
  }
}
