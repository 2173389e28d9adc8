package io.bnzoo.toolbox;

import io.bnzoo.layer.ChannelwiseBias;
import java.util.Arrays;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a layer does in predictions: {@code factor * x + summand}, both of each feature. */
final class Scaling {
  private final double[] factors;
  private final double[] summands;
  private final CNN2DFormat format;
  private final Optional<String> doubt;

  private Scaling(double[] factors, double[] summands, CNN2DFormat format, Optional<String> doubt) {
    this.factors = factors;
    this.summands = summands;
    this.format = format;
    this.doubt = doubt;
  }

  /** What a batch normalization does with its running statistics. */
  static Scaling of(BatchNorm layer) {
    double[] factors = layer.gamma();
    double[] summands = layer.beta();
    double[] mean = layer.mean();
    double[] variance = layer.variance();
    for (int i = 0; i < factors.length; i++) {
      factors[i] /= Math.sqrt(variance[i] + layer.epsilon());
      summands[i] -= factors[i] * mean[i];
    }
    return new Scaling(
        factors,
        summands,
        layer.hasChannelsLast() ? CNN2DFormat.NHWC : CNN2DFormat.NCHW,
        doubt(layer.configuration()));
  }

  /** What a bias does. */
  static Scaling of(ChannelwiseBias layer, INDArray bias) {
    double[] summands = bias.dup('c').data().asDouble();
    double[] factors = new double[summands.length];
    Arrays.fill(factors, 1);
    CNN2DFormat format = layer.channelAxis() == 1 ? CNN2DFormat.NCHW : CNN2DFormat.NHWC;
    return new Scaling(factors, summands, format, Optional.empty());
  }

  /** Deeplearning4j has three ways to compute it, which disagree about fixed numbers. */
  private static Optional<String> doubt(Layer layer) {
    return layer instanceof BatchNormalization stock
            && stock.isLockGammaBeta()
            && (stock.getGamma() != 1 || stock.getBeta() != 0)
        ? Optional.of("Deeplearning4j does not always apply its locked gamma and beta")
        : Optional.empty();
  }

  int features() {
    return factors.length;
  }

  double factor(int feature) {
    return factors[feature];
  }

  double summand(int feature) {
    return summands[feature];
  }

  /** The axis order of the images that it takes; of vectors it says nothing. */
  CNN2DFormat format() {
    return format;
  }

  /** What keeps it from being computed elsewhere, as a clause. */
  Optional<String> objection() {
    return isFinite() ? doubt : Optional.of("its factors are not finite");
  }

  /** Whether anything else than 0 is added. */
  boolean shifts() {
    return Arrays.stream(summands).anyMatch(value -> value != 0);
  }

  private boolean isFinite() {
    return Arrays.stream(factors).allMatch(Double::isFinite)
        && Arrays.stream(summands).allMatch(Double::isFinite);
  }
}
