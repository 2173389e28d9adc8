package io.bnzoo.toolbox;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What a file holds of one batch norm layer, and how that fits some images.
 *
 * @param name as messages have it
 * @param features how many it normalizes
 * @param epsilon what is added to the variance before the root
 * @param decay the share of the old running statistics that a training step keeps
 * @param frozen whether training steps leave it as it is
 * @param initialShare the share of the initial 0 and 1 that is still in the running statistics,
 *     decay^batches; none if nobody knows how many batches there were, or the layer is frozen
 * @param steps how many time steps have statistics of their own, whose features come one step after
 *     the other; none outside of a recurrent layer
 * @param dead how many features are the same for every image
 * @param weak how many more have a variance below epsilon
 * @param moved whether the running statistics are other than 0 and 1
 * @param mean the running mean of each feature
 * @param variance the running variance of each feature
 * @param gamma the factor of each feature
 * @param fit how the running statistics fit the images; none without images
 */
public record LayerFigures(
    String name,
    int features,
    double epsilon,
    double decay,
    boolean frozen,
    OptionalDouble initialShare,
    OptionalInt steps,
    int dead,
    int weak,
    boolean moved,
    List<Double> mean,
    List<Double> variance,
    List<Double> gamma,
    Optional<LayerFit> fit) {

  /**
   * Running statistics compared with those of what the layer is given.
   *
   * @param meanDrift how far the running mean is from that of the images, in their standard
   *     deviations: the root of the mean square over the features
   * @param varianceRatio the running variance in units of that of the images, the geometric mean
   *     over the features
   * @param spread the factor by which a feature's standard deviation is off, up or down; 1 if all
   *     fit
   * @param places how many values of a feature an image has: 1 without images' axes
   * @param mean of each feature over the images
   * @param variance of each feature over the images
   * @param noise what batches of each size would see of the mean
   */
  public record LayerFit(
      double meanDrift,
      double varianceRatio,
      double spread,
      long places,
      List<Double> mean,
      List<Double> variance,
      List<BatchNoise> noise) {
    static final double FAR = 0.5;
    private static final double FACTOR = 1.6;

    /** Copies the lists. */
    public LayerFit {
      mean = List.copyOf(mean);
      variance = List.copyOf(variance);
      noise = List.copyOf(noise);
    }

    /** How far off the running statistics are, in whatever way: 0 if they fit. */
    double drift() {
      return meanDrift / FAR + Math.log(spread) / Math.log(FACTOR);
    }

    /** Whether they are further off than a training leaves them. */
    boolean isOff() {
      return !(meanDrift <= FAR && spread <= FACTOR);
    }
  }

  /**
   * How much the mean of a feature differs from one batch to the next.
   *
   * @param batchSize how many images a batch has
   * @param ofMean the standard deviation of the batches' means in units of that of the values, the
   *     root of the mean square over the features
   */
  public record BatchNoise(int batchSize, double ofMean) {}

  /** Copies the lists. */
  public LayerFigures {
    mean = List.copyOf(mean);
    variance = List.copyOf(variance);
    gamma = List.copyOf(gamma);
  }

  /** Whether it is within a recurrent layer. */
  boolean isRecurrent() {
    return steps.isPresent();
  }

  /** Whether the images show that its running statistics are far off. */
  boolean isOff() {
    return fit.filter(LayerFit::isOff).isPresent();
  }

  static List<Double> list(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  LayerFigures with(LayerFit found) {
    return new LayerFigures(
        name,
        features,
        epsilon,
        decay,
        frozen,
        initialShare,
        steps,
        dead,
        weak,
        moved,
        mean,
        variance,
        gamma,
        Optional.of(found));
  }
}
