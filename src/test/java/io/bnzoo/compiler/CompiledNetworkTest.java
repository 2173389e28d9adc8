package io.bnzoo.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.ImageInput;
import io.bnzoo.onednn.Mode;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class CompiledNetworkTest {
  private static final LabeledImages IMAGES = TestDigits.draw(12, 5);

  private final MultiLayerNetwork network = ThreeLayerMlp.builder().build().init();
  private CompiledNetwork compiled;

  @BeforeEach
  void compile() {
    compiled =
        new CompiledNetwork(
            NetworkGraph.of(network, ImageInput.FLAT.type(ImageShape.MNIST)), network);
  }

  @AfterEach
  void close() {
    compiled.close();
  }

  @Test
  void thereAreAsManyPixelsAsTheImagesHave() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> compiled.logits(IMAGES.pixels(), 13, Mode.INFERENCE))
        .withMessage("13 images need 10192 pixels, at least one image, got 9408 pixels");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> compiled.forward(List.of(IMAGES.pixels()), 11, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> compiled.forward(List.of(IMAGES.slice(0, 0).pixels()), 0, 0));
  }

  @Test
  void anUpdateNeedsTheGradientsOfTheForwardBeforeIt() {
    assertThatIllegalStateException()
        .isThrownBy(() -> compiled.update(List.of(new float[120]), 0))
        .withMessage("an update needs a forward before it");
    compiled.forward(List.of(IMAGES.pixels()), 12, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> compiled.update(List.of(new float[110]), 0))
        .withMessage(
            "output 0 has 120 values for 12 examples and needs as many gradients, got 110");
    compiled.update(List.of(new float[120]), 0);
    assertThatIllegalStateException().isThrownBy(() -> compiled.update(List.of(new float[120]), 0));
  }

  /** More sizes in between than are kept, the forward's among those that went. */
  @Test
  void anUpdateDoesNotRunWhatIsGone() {
    compiled.forward(List.of(IMAGES.pixels()), 12, 0);
    for (int size = 1; size <= 9; size++) {
      compiled.logits(IMAGES.slice(0, size).pixels(), size, Mode.INFERENCE);
    }
    assertThatIllegalStateException().isThrownBy(() -> compiled.update(List.of(new float[120]), 0));
  }

  @Test
  void parametersThatArePartOfALargerArrayAreReadAndWritten() throws Exception {
    MultiLayerNetwork part = new MultiLayerNetwork(network.getLayerWiseConfigurations().clone());
    long length = network.numParams();
    INDArray larger = Nd4j.zeros(1, length + 100);
    INDArray within = larger.get(NDArrayIndex.all(), NDArrayIndex.interval(40, length + 40));
    part.init(within, false);
    part.params().assign(network.params());
    try (CompiledNetwork ofPart =
        new CompiledNetwork(NetworkGraph.of(part, ImageInput.FLAT.type(ImageShape.MNIST)), part)) {
      float[] expected = compiled.logits(IMAGES.pixels(), 12, Mode.INFERENCE);
      assertThat(ofPart.logits(IMAGES.pixels(), 12, Mode.INFERENCE)).isEqualTo(expected);
      part.params().assign(0);
      ofPart.store(part);
      ArrayAssert.assertSameBits(
          part.params().dup().reshape(length), network.params().dup().reshape(length));
      assertThat(larger.getDouble(0)).isZero();
    }
  }
}
