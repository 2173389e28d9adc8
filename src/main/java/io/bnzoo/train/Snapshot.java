package io.bnzoo.train;

import java.util.List;

/**
 * A network's inside at one moment of its training.
 *
 * @param batch the batch after whose step it was taken, from 0
 * @param layers its hidden blocks, from the input on
 */
public record Snapshot(int batch, List<Layer> layers) {

  /**
   * One hidden block.
   *
   * @param name of its linear layer, such as {@code fc1}
   * @param low the 15th percentile of the values that enter the activation, over all units and
   *     probing images
   * @param median the 50th
   * @param high the 85th
   * @param dead the share of units whose activation is flat for every probing image: for a ReLU,
   *     those that are always 0
   * @param gradientNorm the Euclidean norm of the loss's gradient with respect to the linear
   *     layer's weights
   */
  public record Layer(
      String name, double low, double median, double high, double dead, double gradientNorm) {}

  /** Copies the list. */
  public Snapshot {
    layers = List.copyOf(layers);
  }
}
