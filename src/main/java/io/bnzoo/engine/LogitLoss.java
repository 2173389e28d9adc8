package io.bnzoo.engine;

import io.bnzoo.data.ImageBatch;

/**
 * An output layer's loss, from its logits.
 *
 * <p>A cross-entropy is computed from the logits themselves, so that it is exact where a
 * probability would round to 0 or 1; any other loss is Deeplearning4j's.
 */
public interface LogitLoss {

  /**
   * The mean over a batch.
   *
   * @throws IllegalArgumentException if the logits are of another number of images or classes
   */
  double mean(Logits logits, ImageBatch images);
}
