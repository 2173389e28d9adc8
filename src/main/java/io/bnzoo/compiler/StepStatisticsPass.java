package io.bnzoo.compiler;

import io.bnzoo.layer.StatisticSums;
import java.nio.Buffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A pass over batches with fixed weights, and what recurrent batch normalization had of all their
 * values, step by step. Noise is drawn by the number of the batch, other than in training steps.
 */
public final class StepStatisticsPass {
  private final CompiledNetwork network;
  private final Map<Operation.StepStatistics, StatisticSums> sums = new LinkedHashMap<>();
  private int batches;

  /** A pass that has seen nothing yet. */
  public StepStatisticsPass(CompiledNetwork network) {
    this.network = network;
  }

  /** Adds a batch, as {@link CompiledNetwork#outputs} takes it. */
  public void add(List<? extends Buffer> inputs, int count) {
    batches++;
    for (StepMoments moments : network.moments(inputs, count, -batches)) {
      StatisticSums sum = sums.computeIfAbsent(moments.statistics(), none -> new StatisticSums());
      for (int step = 0; step < moments.means().size(); step++) {
        sum.add(step, count, moments.mean(step), moments.variance(step));
      }
    }
  }

  /** Makes them the running statistics of Deeplearning4j's network. */
  public void write(Model to) {
    INDArray all = to.params().reshape(to.numParams());
    sums.forEach((of, sum) -> sum.write(rows(of.mean(), of, all), rows(of.variance(), of, all)));
  }

  private static INDArray rows(Parameter parameter, Operation.StepStatistics of, INDArray all) {
    long end = parameter.offset() + parameter.length();
    return all.get(NDArrayIndex.interval(parameter.offset(), end))
        .reshape('c', of.rows(), parameter.length() / of.rows());
  }
}
