package io.bnzoo.compiler;

import io.bnzoo.onednn.Floats;
import java.util.List;

/**
 * Where kernels leave a batch's mean and variance of each time step.
 *
 * @param statistics whose they are
 * @param gates how many each step's has
 * @param outputs how many values count of each gate, whose last block is padded
 * @param means of each step, one gate behind the other
 * @param variances likewise, biased
 */
record StepMoments(
    Operation.StepStatistics statistics,
    int gates,
    int outputs,
    List<Floats> means,
    List<Floats> variances) {

  /** A step's means, as Deeplearning4j has them. */
  double[] mean(int step) {
    return values(means.get(step));
  }

  /** A step's variances, likewise. */
  double[] variance(int step) {
    return values(variances.get(step));
  }

  private double[] values(Floats padded) {
    float[] all = new float[padded.length()];
    padded.read(all);
    double[] values = new double[gates * outputs];
    for (int i = 0; i < values.length; i++) {
      values[i] = all[i / outputs * (all.length / gates) + i % outputs];
    }
    return values;
  }
}
