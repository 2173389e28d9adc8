package io.bnzoo.compiler;

import io.bnzoo.onednn.Layout;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * An array among a network's parameters, and how a step changes it.
 *
 * @param offset where it starts in Deeplearning4j's flat vector of all parameters
 * @param layout its size and its order in that vector
 * @param change what a step does to it
 */
public record Parameter(String name, long offset, Layout layout, Change change) {

  /** What a step does to a parameter. */
  sealed interface Change {}

  /**
   * It follows its gradient.
   *
   * @param l2 the factor of the parameter itself that is added to its gradient
   * @param used whether the network's output depends on it; if not, its gradient is 0 but for l2
   */
  record Trained(IUpdater updater, double l2, boolean used) implements Change {}

  /**
   * It follows a statistic of the batch: {@code decay * old + (1 - decay) * batch}.
   *
   * @param decay the share of the old value that a step keeps
   */
  record Averaged(double decay) implements Change {}

  /** How many values it has. */
  long length() {
    return Arrays.stream(layout.size()).reduce(1, (product, axis) -> product * axis);
  }

  /** The same place, but the network's output does not depend on it. */
  Parameter unused() {
    Trained trained = (Trained) change;
    return new Parameter(name, offset, layout, new Trained(trained.updater(), trained.l2(), false));
  }

  /**
   * A parameter that is a view of the flat vector, its axes in the given order.
   *
   * @param start where in memory the flat vector starts
   */
  static Parameter of(String name, INDArray view, long start, Change change, int... axes) {
    long[] size = Arrays.stream(axes).mapToLong(view::size).toArray();
    long[] strides = Arrays.stream(axes).mapToLong(view::stride).toArray();
    return new Parameter(name, view.offset() - start, Layout.strided(size, strides), change);
  }
}
