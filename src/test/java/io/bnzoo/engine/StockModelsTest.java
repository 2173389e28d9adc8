package io.bnzoo.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import java.util.Random;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.zoo.model.LeNet;
import org.junit.jupiter.api.Test;

/** Deeplearning4j's own models, on both engines from the same weights. */
class StockModelsTest {
  private static final ImageShape SHAPE = ImageShape.withChannels(3).height(64).width(64);

  private static LabeledImages images(int count) {
    Random random = new Random(6);
    byte[] pixels = new byte[count * SHAPE.size()];
    random.nextBytes(pixels);
    return new LabeledImages(SHAPE, 10, pixels, random.ints(count, 0, 10).toArray());
  }

  @Test
  void leNetTrainsAlike() {
    MultiLayerNetwork network =
        (MultiLayerNetwork)
            LeNet.builder().numClasses(10).inputShape(new int[] {3, 64, 64}).seed(5).build().init();
    LabeledImages batch = images(8);
    try (Engine fast = new OneDnnEngine(network.clone(), SHAPE, 1);
        Engine reference = new Dl4jEngine(network.clone(), SHAPE)) {
      ArrayAssert.assertClose(
          fast.logits(batch, Statistics.RUNNING).array(),
          reference.logits(batch, Statistics.RUNNING).array(),
          1e-4,
          1e-4);
      for (int step = 0; step < 5; step++) {
        double loss = reference.step(batch);
        assertThat(fast.step(batch)).as("step %d", step).isCloseTo(loss, within(2e-3 * loss));
      }
      ArrayAssert.assertClose(
          fast.logits(batch, Statistics.RUNNING).array(),
          reference.logits(batch, Statistics.RUNNING).array(),
          0.02,
          0.02);
    }
  }
}
