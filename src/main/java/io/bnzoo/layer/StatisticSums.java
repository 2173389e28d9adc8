package io.bnzoo.layer;

import java.util.Collection;
import java.util.TreeMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The statistics of one normalized value at each time step, over many batches. */
final class StatisticSums {
  private final TreeMap<Long, Sums> times = new TreeMap<>();

  /** In double precision, since the mean's square is subtracted again. */
  private static final class Sums {
    private final INDArray means;
    private final INDArray squares;
    private double count;

    Sums(long values) {
      means = Nd4j.zeros(DataType.DOUBLE, values);
      squares = Nd4j.zeros(DataType.DOUBLE, values);
    }
  }

  /**
   * Adds a batch.
   *
   * @param time the step's number, from 0
   * @param count how many sequences had the step
   */
  void add(long time, double count, INDArray mean, INDArray variance) {
    if (count == 0) {
      return;
    }
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      Sums sums = times.computeIfAbsent(time, key -> new Sums(mean.length()));
      INDArray m = mean.castTo(DataType.DOUBLE);
      sums.count += count;
      sums.means.addi(m.mul(count));
      sums.squares.addi(variance.castTo(DataType.DOUBLE).add(m.mul(m)).muli(count));
    }
  }

  /**
   * Writes the statistics: a step's are those of all its values, and of the last row the averages
   * of its steps'. Rows of steps that no sequence had stay.
   *
   * @param means [steps,F]
   * @param variances [steps,F]
   */
  void write(INDArray means, INDArray variances) {
    int last = means.rows() - 1;
    for (int row = 0; row <= last; row++) {
      Collection<Sums> steps =
          (row < last ? times.subMap((long) row, row + 1L) : times.tailMap((long) row)).values();
      if (!steps.isEmpty()) {
        write(row, steps, means, variances);
      }
    }
  }

  private static void write(long row, Collection<Sums> steps, INDArray means, INDArray variances) {
    INDArray mean = Nd4j.zeros(DataType.DOUBLE, means.columns());
    INDArray variance = Nd4j.zeros(DataType.DOUBLE, means.columns());
    for (Sums sums : steps) {
      INDArray own = sums.means.div(sums.count);
      INDArray ownVariance = sums.squares.div(sums.count).subi(own.mul(own));
      mean.addi(own.divi(steps.size()));
      variance.addi(Transforms.max(ownVariance, 0, false).divi(steps.size()));
    }
    means.getRow(row).assign(mean.castTo(means.dataType()));
    variances.getRow(row).assign(variance.castTo(variances.dataType()));
  }
}
