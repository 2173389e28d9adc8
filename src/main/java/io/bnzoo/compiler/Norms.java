package io.bnzoo.compiler;

import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Tensor;
import java.util.Arrays;

/**
 * Measures the L2 norm of a batch's values after some of the operations, so that {@link Headroom}
 * need not estimate over many of them. Few are, so that it takes no time to speak of.
 */
final class Norms implements Inspection {
  /** How many linear layers go together: each may raise the estimate by a factor of a million. */
  private static final int TOGETHER = 6;

  private final double[] measured;
  private int layers;

  Norms(int operations) {
    measured = new double[operations];
    Arrays.fill(measured, Double.POSITIVE_INFINITY);
  }

  @Override
  public void follow(int index, Operation operation, Tensor result, Workbench bench) {
    if (operation instanceof Operation.NormalizationOp normalization
        && bench.mode().byBatch()
        && !normalization.isFrozen()) {
      layers = 0; // The estimate begins anew there.
    }
    if (operation instanceof Operation.LinearOp && ++layers % TOGETHER == 0) {
      Floats values = result.values();
      bench.add(() -> measured[index] = Math.sqrt(values.squares()));
    }
  }

  /** The norm after an operation; infinite where it was not measured or is. */
  double after(int index) {
    return measured[index];
  }
}
