package io.bnzoo.engine;

import io.bnzoo.data.LabeledImages;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * Trains one network and predicts with it.
 *
 * <p>An engine belongs to one thread at a time.
 */
public interface Engine extends AutoCloseable {

  /**
   * One step of the network's optimizer on one batch.
   *
   * @return the loss before the update, normalized by the batch's own statistics; NaN or infinite
   *     when the network has diverged
   * @throws IllegalArgumentException if the batch has no image or other classes than the network
   *     has outputs, or if it has one image and a Deeplearning4j BatchNormalization is given
   *     vectors
   */
  double step(LabeledImages batch);

  /**
   * The output layer's values before its activation; NaN for an image that has NaN in it at any
   * depth.
   *
   * @throws IllegalArgumentException if there is no image
   */
  Logits logits(LabeledImages images, Statistics statistics);

  /** The loss of the network's output layer. */
  LogitLoss loss();

  /**
   * Copies the present state into the network that was opened or loaded last: parameters, optimizer
   * state, the number of steps, and the last loss as its score.
   *
   * <p>Changes of the network have no effect on the engine until it is loaded.
   *
   * @return that network
   */
  MultiLayerNetwork snapshot();

  /**
   * Continues with the present state of a network, settings such as its learning rate included. It
   * stays the caller's.
   *
   * @throws IllegalArgumentException if the engine cannot run the network
   */
  void load(MultiLayerNetwork network);

  /** Takes a last {@link #snapshot} and frees memory. */
  @Override
  void close();
}
