package io.bnzoo.compiler;

import io.bnzoo.onednn.Floats;

/**
 * Running variances of which Deeplearning4j keeps {@code s = log10(sqrt(variance))}, as its batch
 * normalization does unless it is told otherwise.
 */
final class LogDeviation {
  private static final double LOG_OF_10 = Math.log(10);

  private LogDeviation() {}

  /** {@code 10^(2 s)}. */
  static double variance(double logDeviation) {
    return Math.exp(2 * LOG_OF_10 * logDeviation);
  }

  /** Writes the variances of all logarithms. */
  static void writeVariances(Floats logDeviations, Floats variances) {
    float[] values = new float[logDeviations.length()];
    logDeviations.read(values);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) variance(values[i]);
    }
    variances.write(values);
  }

  /**
   * A step: the logarithms of {@code decay * variance + (1 - decay) * current}. Deeplearning4j's is
   * NaN for a channel whose batch variances have been 0 for some hundred steps.
   *
   * @param current the batch's variances
   */
  record RunningAverage(Floats logDeviations, Floats current, double decay) implements UpdateRule {
    @Override
    public void apply(int iteration, int epoch) {
      float[] kept = new float[logDeviations.length()];
      float[] batch = new float[kept.length];
      logDeviations.read(kept);
      current.read(batch);
      for (int i = 0; i < kept.length; i++) {
        kept[i] = (float) after(kept[i], batch[i]);
      }
      logDeviations.write(kept);
    }

    private double after(double logDeviation, double batch) {
      if (batch == 0) { // As below, but for variances that are too small for a number.
        return logDeviation + Math.log10(decay) / 2;
      }
      return Math.log10(decay * variance(logDeviation) + (1 - decay) * batch) / 2;
    }
  }
}
