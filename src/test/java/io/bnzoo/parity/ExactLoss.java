package io.bnzoo.parity;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** A cross-entropy in double precision, of logits [classes, images]. */
enum ExactLoss {
  /** Of a softmax, averaged over the batch. */
  SOFTMAX {
    @Override
    double example(double[] z, int label, double[] gradient) {
      double largest = DoubleStream.of(z).max().orElseThrow();
      double sum = DoubleStream.of(z).map(value -> Math.exp(value - largest)).sum();
      for (int k = 0; k < z.length; k++) {
        gradient[k] = Math.exp(z[k] - largest) / sum - (k == label ? 1 : 0);
      }
      return largest + Math.log(sum) - z[label];
    }
  },

  /** Of sigmoids, averaged over batch and classes. */
  SIGMOID {
    @Override
    double example(double[] z, int label, double[] gradient) {
      double sum = -z[label];
      for (int k = 0; k < z.length; k++) {
        sum += Math.max(z[k], 0) + Math.log1p(Math.exp(-Math.abs(z[k])));
        gradient[k] = (1 / (1 + Math.exp(-z[k])) - (k == label ? 1 : 0)) / z.length;
      }
      return sum / z.length;
    }
  };

  /** The loss of one image, and its gradient by the logits. */
  abstract double example(double[] z, int label, double[] gradient);

  /** The mean loss, and its gradient by the logits. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
  record Value(double mean, double[] gradient) {}

  Value of(double[] logits, int[] labels) {
    int images = labels.length;
    int classes = logits.length / images;
    double mean = 0;
    double[] gradient = new double[logits.length];
    for (int n = 0; n < images; n++) {
      int image = n;
      double[] z =
          IntStream.range(0, classes).mapToDouble(k -> logits[k * images + image]).toArray();
      double[] ofExample = new double[classes];
      mean += example(z, labels[n], ofExample) / images;
      for (int k = 0; k < classes; k++) {
        gradient[k * images + n] = ofExample[k] / images;
      }
    }
    return new Value(mean, gradient);
  }
}
