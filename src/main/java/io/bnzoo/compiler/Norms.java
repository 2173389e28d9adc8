package io.bnzoo.compiler;

import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Tensor;
import java.util.Arrays;

/**
 * Measures the L2 norm of a batch's values after some of the operations, so that {@link Headroom}
 * need not estimate over many of them. Few are, so that it takes no time to speak of.
 */
final class Norms implements Inspection {
  /** How many linear layers go together: each raises the estimate by less than ten thousand. */
  private static final int TOGETHER = 8;

  /** The same where values are joined: the way around a block of layers is measured with it. */
  private static final int TOGETHER_IN_BLOCKS = 6;

  private final NetworkGraph graph;
  private final double[] measured;

  /** For each value, how many linear layers are before it since a norm was known. */
  private final int[] layers;

  Norms(NetworkGraph graph) {
    this.graph = graph;
    this.measured = new double[graph.nodes().size()];
    this.layers = new int[graph.values()];
    Arrays.fill(measured, Double.POSITIVE_INFINITY);
  }

  @Override
  public void follow(int index, Operation operation, Tensor result, Workbench bench) {
    int before =
        graph.nodes().get(index).sources().stream()
            .mapToInt(source -> layers[source])
            .max()
            .orElse(0);
    int after = operation instanceof Operation.LinearOp ? before + 1 : before;
    if (operation instanceof Operation.NormalizationOp normalization
        && bench.mode().byBatch()
        && !normalization.isFrozen()) {
      after = 0; // The estimate begins anew there.
    }
    if (after >= (operation instanceof Operation.SumOp ? TOGETHER_IN_BLOCKS : TOGETHER)) {
      Floats values = result.values();
      bench.add(() -> measured[index] = Math.sqrt(values.squares()));
      after = 0;
    }
    layers[graph.value(index)] = after;
  }

  /** The norm after an operation; infinite where it was not measured or is. */
  double after(int index) {
    return measured[index];
  }
}
