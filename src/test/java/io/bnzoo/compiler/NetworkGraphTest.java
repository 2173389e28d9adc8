package io.bnzoo.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.data.ImageShape;
import io.bnzoo.engine.ImageInput;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.ThreeLayerMlp;
import org.junit.jupiter.api.Test;

class NetworkGraphTest {
  @Test
  void aStepOfTheMlpMultipliesEachWeightThreeTimesAnImageButTheFirstLayersTwice() {
    long weights = 784 * 100 * 2 + (100 * 100 + 100 * 100 + 100 * 10) * 3;
    assertThat(
            NetworkGraph.of(
                    ThreeLayerMlp.builder().build().init(), ImageInput.FLAT.type(ImageShape.MNIST))
                .operationsOfStep(60))
        .isEqualTo(2 * 60 * weights);
  }

  @Test
  void aConvolutionMultipliesItsKernelAtEachPixelAndOfOnePixelOnceOnly() {
    long products = 0;
    int side = 28;
    for (int depth = 1; depth <= 19; depth++) {
      boolean pixel = side == 1;
      side = depth % 3 == 0 ? (side + 1) / 2 : side;
      long kernel = pixel ? 1 : 9;
      long in = depth == 1 ? 1 : 4 * (depth - 1);
      products += (depth == 1 ? 2 : 3) * kernel * in * 4 * depth * side * side;
    }
    products += 3 * (76 * 100 + 100 * 10);
    assertThat(
            NetworkGraph.of(
                    DeepCnn.builder().build().init(), ImageInput.NHWC.type(ImageShape.MNIST))
                .operationsOfStep(64))
        .isEqualTo(2 * 64 * products);
  }
}
