package io.bnzoo.engine;

import io.bnzoo.data.FloatImages;
import io.bnzoo.data.ImageBatch;
import io.bnzoo.data.ImageShape;
import io.bnzoo.layer.RecurrentStatistics;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.api.DataSet;

/**
 * Trains one network and predicts with it.
 *
 * <p>An engine belongs to one thread at a time.
 */
public interface Engine extends AutoCloseable {

  /** The shape of the images that it was opened for. */
  ImageShape shape();

  /**
   * One step of the network's optimizer on one batch.
   *
   * @return the loss before the update, normalized by the batch's own statistics; NaN or infinite
   *     when the network has diverged
   * @throws IllegalArgumentException if the batch has no image or other classes than the network
   *     has outputs, if its images have another shape, or if it has one image and a Deeplearning4j
   *     BatchNormalization is given vectors
   */
  double step(ImageBatch batch);

  /**
   * The same on a batch of Deeplearning4j's, whatever the axis order of the network.
   *
   * @throws IllegalArgumentException likewise, or if {@link FloatImages#of} refuses the batch
   */
  default double step(DataSet batch) {
    return step(FloatImages.of(batch, shape()));
  }

  /**
   * The output layer's values before its activation; NaN for an image that has NaN in it at any
   * depth.
   *
   * @throws IllegalArgumentException if there is no image, or they have another shape
   */
  Logits logits(ImageBatch images, Statistics statistics);

  /**
   * The same for a batch of Deeplearning4j's, whose labels, if it has any, do not matter.
   *
   * @throws IllegalArgumentException likewise, or if {@link FloatImages#unlabeled} refuses the
   *     batch
   */
  default Logits logits(DataSet images, Statistics statistics) {
    return logits(FloatImages.unlabeled(images, shape()), statistics);
  }

  /**
   * Replaces the running statistics of recurrent batch normalization, as {@link
   * RecurrentStatistics} does, with the weights as they are. A network without it stays the same.
   *
   * @param batches of training images, at least one
   */
  default void recomputeStatistics(Iterable<? extends ImageBatch> batches) {
    MultiLayerNetwork network = snapshot();
    if (RecurrentStatistics.areIn(network)) {
      ImageInput input = ImageInput.of(network, shape());
      RecurrentStatistics.recompute(network, new ShapedBatches(batches, input, shape()).iterator());
      load(network);
    }
  }

  /**
   * How far the gradient of the mean loss reaches back in time, by the batch's own statistics;
   * nothing is updated.
   *
   * @return of each recurrent layer, from the input on, the L2 norm of the gradient by each time
   *     step's output, [N,H]; empty where there is no such layer, or an engine cannot tell
   * @throws IllegalArgumentException as {@link #step}
   */
  default List<double[]> gradientsThroughTime(ImageBatch batch) {
    return List.of();
  }

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
