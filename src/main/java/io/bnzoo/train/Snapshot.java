package io.bnzoo.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network's inside at one moment of its training.
 *
 * @param batch the batch after whose step it was taken, from 0
 * @param layers its hidden blocks, from the input on
 * @param recurrent its recurrent layers, likewise
 */
public record Snapshot(int batch, List<Layer> layers, List<Recurrent> recurrent) {

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

  /**
   * One recurrent layer.
   *
   * @param name of the layer
   * @param gradientNorms for each time step, the Euclidean norm of the mean loss's gradient with
   *     respect to the layer's output; empty where the engine cannot tell
   * @param deviations for each value that it normalizes, the standard deviation in each time step
   *     over the probing images, the root of the features' mean variance; empty without batch norm
   */
  public record Recurrent(
      String name, List<Double> gradientNorms, Map<String, List<Double>> deviations) {
    /** Copies the lists. */
    public Recurrent {
      gradientNorms = List.copyOf(gradientNorms);
      deviations = Collections.unmodifiableMap(new LinkedHashMap<>(deviations));
    }
  }

  /** Copies the lists; there is no second one in results of before recurrent networks. */
  public Snapshot {
    layers = List.copyOf(layers);
    recurrent = recurrent == null ? List.of() : List.copyOf(recurrent);
  }
}
