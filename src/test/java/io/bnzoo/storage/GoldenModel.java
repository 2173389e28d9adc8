package io.bnzoo.storage;

import io.bnzoo.spec.ImageShape;
import io.bnzoo.spec.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Trains a small network on images of 8 x 8 pixels and records it, for {@link GoldenModelTest}.
 *
 * <p>Its main method writes both files anew; do that only if the file format is meant to change.
 */
final class GoldenModel {
  static final String MODEL = "golden-mlp-batch-norm.zip";
  static final String OUTPUTS = "golden-mlp-batch-norm.txt";

  private GoldenModel() {}

  /** Three images that have nothing to do with chance. */
  static INDArray images() {
    float[] pixels = new float[3 * 64];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (i * 37 % 101) / 100f;
    }
    return Nd4j.createFromArray(pixels).reshape('c', 3, 64);
  }

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of("src", "test", "resources", "io", "bnzoo", "storage");
    MultiLayerNetwork network =
        ThreeLayerMlp.builder()
            .normalization(Normalization.batchNorm())
            .input(new ImageShape(1, 8, 8))
            .learningRate(0.1)
            .build()
            .init();
    INDArray labels = Nd4j.eye(10).castTo(DataType.FLOAT).getRows(0, 1, 2);
    for (int step = 0; step < 20; step++) {
      network.fit(images(), labels);
    }
    ModelFiles.save(network, folder.resolve(MODEL));
    Files.writeString(
        folder.resolve(OUTPUTS),
        Arrays.toString(network.output(images()).dup('c').data().asFloat()) + "\n");
  }
}
