package io.bnzoo.train;

import io.bnzoo.data.ImageBatch;
import io.bnzoo.engine.Engine;
import java.util.function.Supplier;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Statistics of recurrent batch normalization that are recomputed for a look and put back. */
final class RecomputedStatistics {
  private RecomputedStatistics() {}

  /** What a look finds, which changes nothing of the training. */
  static <T> T during(Engine engine, Iterable<? extends ImageBatch> batches, Supplier<T> look) {
    INDArray movingAverages = engine.snapshot().params().dup();
    engine.recomputeStatistics(batches);
    T found = look.get();
    MultiLayerNetwork network = engine.snapshot();
    network.setParams(movingAverages);
    engine.load(network);
    return found;
  }
}
