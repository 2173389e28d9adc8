package io.bnzoo.storage;

import io.bnzoo.data.ImageShape;
import io.bnzoo.experiment.Variants;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A small network trained on images of 8 x 8 pixels and recorded, for {@link GoldenModelTest}.
 *
 * <p>The main method writes both files of the variant it is given; do that for one that is recorded
 * only if the file format is meant to change.
 */
record GoldenModel(Normalization variant) {

  /** Deeplearning4j's layers alone, and both of this library's. */
  static Stream<GoldenModel> all() {
    return Stream.of("batch-norm", "low-level-then-bias").map(GoldenModel::labelled);
  }

  private static GoldenModel labelled(String label) {
    return new GoldenModel(Variants.find(label).orElseThrow());
  }

  String model() {
    return "golden-mlp-" + variant.label() + ".zip";
  }

  String outputs() {
    return "golden-mlp-" + variant.label() + ".txt";
  }

  /** Three images that have nothing to do with chance. */
  static INDArray images() {
    float[] pixels = new float[3 * 64];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (i * 37 % 101) / 100f;
    }
    return Nd4j.createFromArray(pixels).reshape('c', 3, 64);
  }

  public static void main(String[] arguments) throws IOException {
    GoldenModel golden = labelled(arguments[0]);
    Path folder = Path.of("src", "test", "resources", "io", "bnzoo", "storage");
    MultiLayerNetwork network =
        ThreeLayerMlp.builder()
            .normalization(golden.variant())
            .input(ImageShape.withChannels(1).height(8).width(8))
            .learningRate(0.1)
            .build()
            .init();
    INDArray labels = Nd4j.eye(10).castTo(DataType.FLOAT).getRows(0, 1, 2);
    for (int step = 0; step < 20; step++) {
      network.fit(images(), labels);
    }
    ModelFiles.save(network, folder.resolve(golden.model()));
    Files.writeString(
        folder.resolve(golden.outputs()),
        Arrays.toString(network.output(images()).dup('c').data().asFloat()) + "\n");
  }
}
