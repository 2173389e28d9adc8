package io.bnzoo.engine;

import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Trains one network and predicts with it.
 *
 * <p>Images are [N,784], row by row, in [0, 1]; labels are [N,classes], one-hot. An engine belongs
 * to one thread at a time.
 */
public interface Engine extends AutoCloseable {

  /**
   * One step of the network's optimizer on one batch.
   *
   * @return the loss before the update, normalized by the batch's own statistics; NaN or infinite
   *     when the network has diverged
   */
  double step(INDArray images, INDArray labels);

  /** The output layer's values before its activation, [N,classes]. */
  INDArray logits(INDArray images, Statistics statistics);

  /**
   * The mean loss of logits, computed from the logits themselves, so that it is exact where a
   * probability would round to 0 or 1.
   */
  double loss(INDArray logits, INDArray labels);

  /** The network in its present state; changes of the one are changes of the other. */
  MultiLayerNetwork network();

  @Override
  void close();
}
