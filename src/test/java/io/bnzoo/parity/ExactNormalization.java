package io.bnzoo.parity;

/**
 * Batch norm in double precision.
 *
 * <p>Values are [pixels, channels, images].
 *
 * @param channels how many there are
 * @param images how many there are
 * @param epsilon what is added to the variance before the root is taken
 */
record ExactNormalization(int channels, int images, double epsilon) {

  /**
   * Each channel's mean and variance.
   *
   * @param variance the biased one
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
  record Moments(double[] mean, double[] variance) {}

  /** In two passes: the mean, and then the mean square of what is left. */
  Moments moments(double[] x) {
    double n = (double) x.length / channels;
    double[] mean = sums(x);
    for (int c = 0; c < channels; c++) {
      mean[c] /= n;
    }
    double[] variance = new double[channels];
    for (int row = 0; row < x.length; row += images) {
      int c = channel(row);
      double sum = 0;
      for (int i = row; i < row + images; i++) {
        sum += (x[i] - mean[c]) * (x[i] - mean[c]);
      }
      variance[c] += sum / n;
    }
    return new Moments(mean, variance);
  }

  /** The values with mean 0 and variance 1. */
  double[] normalized(double[] x, Moments moments) {
    double[] normalized = new double[x.length];
    for (int row = 0; row < x.length; row += images) {
      int c = channel(row);
      double mean = moments.mean()[c];
      double scale = 1 / Math.sqrt(moments.variance()[c] + epsilon);
      for (int i = row; i < row + images; i++) {
        normalized[i] = (x[i] - mean) * scale;
      }
    }
    return normalized;
  }

  /** {@code scale * x + shift}, each by channel. */
  double[] scaledAndShifted(double[] x, double[] scale, double[] shift) {
    double[] y = new double[x.length];
    for (int row = 0; row < x.length; row += images) {
      int c = channel(row);
      for (int i = row; i < row + images; i++) {
        y[i] = scale[c] * x[i] + shift[c];
      }
    }
    return y;
  }

  /** The gradient by the input where the moments are the batch's, given that by the result. */
  double[] inputGradient(double[] dy, double[] normalized, Moments moments, double[] gamma) {
    double n = (double) dy.length / channels;
    double[] shifts = sums(dy);
    double[] scales = sumsOfProducts(dy, normalized);
    double[] dx = new double[dy.length];
    for (int row = 0; row < dy.length; row += images) {
      int c = channel(row);
      double factor = gamma[c] / Math.sqrt(moments.variance()[c] + epsilon);
      double shift = shifts[c] / n;
      double scale = scales[c] / n;
      for (int i = row; i < row + images; i++) {
        dx[i] = factor * (dy[i] - shift - normalized[i] * scale);
      }
    }
    return dx;
  }

  /** Of each channel. */
  double[] sums(double[] x) {
    double[] sums = new double[channels];
    for (int row = 0; row < x.length; row += images) {
      double sum = 0;
      for (int i = row; i < row + images; i++) {
        sum += x[i];
      }
      sums[channel(row)] += sum;
    }
    return sums;
  }

  /** Of each channel. */
  double[] sumsOfProducts(double[] x, double[] y) {
    double[] sums = new double[channels];
    for (int row = 0; row < x.length; row += images) {
      double sum = 0;
      for (int i = row; i < row + images; i++) {
        sum += x[i] * y[i];
      }
      sums[channel(row)] += sum;
    }
    return sums;
  }

  /** The channel of a value. */
  int channel(int index) {
    return index / images % channels;
  }
}
