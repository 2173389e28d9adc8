package io.bnzoo.toolbox;

import java.util.Locale;

/**
 * The mean and the variance of each feature over any number of images, in double precision.
 *
 * <p>Batches are pooled exactly: the variance is the mean of the batches' variances plus the
 * variance of their means, weighted by their sizes, whatever the sizes are. Source: T. F. Chan, G.
 * H. Golub, R. J. LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample
 * Variances", 1979.
 */
public final class Moments {
  private final double[] mean;

  /** The sums of squared deviations from the mean. */
  private final double[] deviations;

  private long count;

  /** Of nothing yet. */
  public Moments(int features) {
    mean = new double[features];
    deviations = new double[features];
  }

  /**
   * Adds a batch.
   *
   * @param values [N,F] or [N,C,pixels], row by row
   * @param images how many rows there are, at least 1
   * @throws IllegalArgumentException if the number of values does not divide by images and features
   */
  public void add(float[] values, int images) {
    int features = mean.length;
    if (images < 1 || values.length == 0 || values.length % (images * features) != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d values cannot be those of %d images with %d features",
              values.length,
              images,
              features));
    }
    int places = values.length / images / features;
    long added = (long) images * places;
    long together = count + added;
    for (int feature = 0; feature < features; feature++) {
      double sum = 0;
      for (int image = 0; image < images; image++) {
        int start = (image * features + feature) * places;
        for (int place = start; place < start + places; place++) {
          sum += values[place];
        }
      }
      double mid = sum / added;
      double squares = 0;
      for (int image = 0; image < images; image++) {
        int start = (image * features + feature) * places;
        for (int place = start; place < start + places; place++) {
          double deviation = values[place] - mid;
          squares += deviation * deviation;
        }
      }
      double apart = mid - mean[feature];
      mean[feature] += apart * added / together;
      deviations[feature] += squares + apart * apart * count / together * added;
    }
    count = together;
  }

  /** How many values of each feature there were. */
  public long count() {
    return count;
  }

  /** The mean of each feature; 0 of nothing. */
  public double[] mean() {
    return mean.clone();
  }

  /** The variance of each feature, that of the values themselves: divided by their number. */
  public double[] variance() {
    double[] variance = new double[mean.length];
    for (int i = 0; i < variance.length; i++) {
      variance[i] = deviations[i] / Math.max(1, count);
    }
    return variance;
  }
}
