package io.bnzoo.samediff;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.layers.convolution.BatchNorm;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.MulOp;

/**
 * Operations between an array and values per channel.
 *
 * <p>Values per channel come in one of two shapes: [C], or 1 on every axis but the channels', which
 * broadcasts against the array.
 *
 * @param rank of the array
 * @param axis of the array's channels
 */
public record Channels(int rank, int axis) {

  /** All other axes, over which a channel's mean runs. */
  int[] otherAxes() {
    return IntStream.range(0, rank).filter(other -> other != axis).toArray();
  }

  /** The shape of values per channel that broadcasts. */
  long[] broadcastShape(long count) {
    long[] shape = new long[rank];
    Arrays.fill(shape, 1);
    shape[axis] = count;
    return shape;
  }

  /**
   * A mean and the variance that goes with it.
   *
   * @param mean [C], or the shape that broadcasts
   * @param variance of the same shape; biased, that is divided by the number of values
   */
  public record Moments(SDVariable mean, SDVariable variance) {}

  /** The moments of each channel, [C]. */
  public Moments moments(SDVariable x) {
    return moments(x, false);
  }

  /** The moments of each channel, in the shape that broadcasts. */
  public Moments broadcastMoments(SDVariable x) {
    return moments(x, true);
  }

  private Moments moments(SDVariable x, boolean keepAxes) {
    SDVariable[] both = x.getSameDiff().math().moments(x, otherAxes(), keepAxes);
    return new Moments(both[0], both[1]);
  }

  /** x times a value per channel that broadcasts. */
  public SDVariable scale(SDVariable x, SDVariable factor) {
    return new ChannelMultiply(this, x, factor).outputVariable();
  }

  /** {@code gamma * (x - mean) / sqrt(variance + epsilon) + beta} in one operation, all [C]. */
  public SDVariable normalize(
      SDVariable x, Moments moments, SDVariable gamma, SDVariable beta, double epsilon) {
    return new Normalize(this, x, moments, gamma, beta, epsilon).outputVariable();
  }

  private SDVariable sum(SDVariable x, boolean keepAxes) {
    return new Sum(x, keepAxes, otherAxes()).outputVariable();
  }

  /** As {@code SDVariable.sum}, an older operation of ND4J's that fails on a batch of one. */
  private static final class Sum extends DynamicCustomOp {
    Sum(SDVariable x, boolean keepAxes, int... axes) {
      super(x.getSameDiff(), x);
      addIArgument(axes);
      addTArgument(keepAxes ? 1 : 0);
    }

    @Override
    public String opName() {
      return "reduce_sum";
    }

    @Override
    public List<DataType> calculateOutputDataTypes(List<DataType> inputs) {
      return inputs;
    }
  }

  /** ND4J's multiplication; its own derivative doubles a step's time where it broadcasts. */
  private static final class ChannelMultiply extends MulOp {
    private final Channels channels;

    ChannelMultiply(Channels channels, SDVariable x, SDVariable factor) {
      super(x.getSameDiff(), x, factor);
      this.channels = channels;
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
      SDVariable gradient = gradients.get(0);
      SDVariable ofX = channels.scale(gradient, arg(1));
      SDVariable ofFactor = channels.sum(gradient.mul(arg(0)), true);
      return List.of(ofX, ofFactor);
    }
  }

  /**
   * ND4J's batch normalization with a derivative; its own throws (Deeplearning4j issue 8623).
   *
   * <p>Mean and variance are inputs like any other here. Where they are the batch's own, x gets the
   * rest of its gradient through the derivative of the moments.
   */
  private static final class Normalize extends BatchNorm {
    private final Channels channels;

    Normalize(
        Channels channels,
        SDVariable x,
        Moments moments,
        SDVariable gamma,
        SDVariable beta,
        double epsilon) {
      super(
          x.getSameDiff(),
          x,
          moments.mean(),
          moments.variance(),
          gamma,
          beta,
          epsilon,
          new int[] {channels.axis});
      this.channels = channels;
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
      SDVariable gradient = gradients.get(0);
      Moments moments = new Moments(arg(1), arg(2));
      SDVariable gamma = arg(3);
      SDVariable zero = sameDiff.zerosLike(gamma);
      SDVariable one = sameDiff.onesLike(gamma);
      SDVariable inverseDeviation = sameDiff.math().rsqrt(moments.variance().add(getEpsilon()));
      SDVariable factor = gamma.mul(inverseDeviation);
      SDVariable normalized = channels.normalize(arg(0), moments, one, zero, getEpsilon());

      SDVariable ofBeta = channels.sum(gradient, false);
      SDVariable ofGamma = channels.sum(gradient.mul(normalized), false);
      // gradient * factor, in an operation that needs no reshaping.
      SDVariable ofX = channels.normalize(gradient, new Moments(zero, one), factor, zero, 0);
      SDVariable ofMean = factor.mul(ofBeta).neg();
      SDVariable ofVariance = factor.mul(inverseDeviation).mul(ofGamma).mul(-0.5);
      return List.of(ofX, ofMean, ofVariance, ofGamma, ofBeta);
    }
  }
}
