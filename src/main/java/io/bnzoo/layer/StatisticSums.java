package io.bnzoo.layer;

import java.util.Collection;
import java.util.TreeMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The statistics of one normalized value at each time step, over many batches: the exact ones of
 * all values, from the mean and the biased variance of each batch.
 */
public final class StatisticSums {
  private final TreeMap<Long, Sums> times = new TreeMap<>();

  /** In double precision, since the mean's square is subtracted again. */
  private static final class Sums {
    private final double[] values;
    private final double[] squares;
    private double count;

    Sums(int features) {
      values = new double[features];
      squares = new double[features];
    }

    void add(double batch, double[] means, double[] variances) {
      count += batch;
      for (int i = 0; i < values.length; i++) {
        values[i] += batch * means[i];
        squares[i] += batch * (variances[i] + means[i] * means[i]);
      }
    }

    double mean(int feature) {
      return values[feature] / count;
    }

    double variance(int feature) {
      return Math.max(0, squares[feature] / count - mean(feature) * mean(feature));
    }
  }

  /**
   * Adds a batch.
   *
   * @param time the step's number, from 0
   * @param count how many sequences had the step; 0 adds nothing
   * @param means [F]
   * @param variances [F]
   */
  public void add(long time, double count, double[] means, double[] variances) {
    if (count > 0) {
      times.computeIfAbsent(time, key -> new Sums(means.length)).add(count, means, variances);
    }
  }

  /**
   * Writes the statistics: a step's are those of all its values, and of the last row the averages
   * of its steps'. Rows of steps that no sequence had stay.
   *
   * @param means [steps,F]
   * @param variances [steps,F]
   */
  public void write(INDArray means, INDArray variances) {
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
    double[] mean = new double[Math.toIntExact(means.columns())];
    double[] variance = new double[mean.length];
    for (Sums sums : steps) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += sums.mean(i) / steps.size();
        variance[i] += sums.variance(i) / steps.size();
      }
    }
    means.getRow(row).assign(array(mean, means.dataType()));
    variances.getRow(row).assign(array(variance, variances.dataType()));
  }

  private static INDArray array(double[] values, DataType type) {
    return Nd4j.createFromArray(values).castTo(type);
  }
}
