package io.bnzoo.compiler;

import io.bnzoo.onednn.ActivationFunction;
import io.bnzoo.onednn.ConvolutionWindow;
import io.bnzoo.onednn.ImagePrimitives.LocalResponse;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Pooling;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A step of a network's computation on a batch. */
public sealed interface Operation {

  /** Its parameters, in no order. */
  default List<Parameter> parameters() {
    return List.of();
  }

  /** Whether training steps change one of them. */
  default boolean learns() {
    return parameters().stream().anyMatch(parameter -> !parameter.isFixed());
  }

  /** A linear layer, perhaps with a bias, and perhaps with an activation function. */
  sealed interface LinearOp extends Operation {
    /** Its weights, in the order of the axes that the kind of layer has. */
    Parameter weights();

    /** What is added to each of its outputs, if anything is. */
    Optional<Parameter> bias();

    /** What is computed of its sums at once; none if they are given as they are. */
    Optional<ActivationFunction> activation();

    /** The same layer with another activation function, or none. */
    LinearOp withActivation(Optional<ActivationFunction> activation);

    /** The number of multiplications of a weight and a value for each image. */
    default long products() {
      return weights().length();
    }

    @Override
    default List<Parameter> parameters() {
      return Stream.concat(Stream.of(weights()), bias().stream()).toList();
    }
  }

  /**
   * A convolution of [N,C,H,W].
   *
   * @param weights [out,in,h,w], or [groups,out/groups,in/groups,h,w]
   * @param bias [out]
   */
  record ConvolutionOp(
      Parameter weights,
      Optional<Parameter> bias,
      MapSize input,
      MapSize output,
      ConvolutionWindow window,
      Optional<ActivationFunction> activation)
      implements LinearOp {
    @Override
    public ConvolutionOp withActivation(Optional<ActivationFunction> activation) {
      return new ConvolutionOp(weights, bias, input, output, window, activation);
    }

    /** How many places of the kernel there are. */
    double taps() {
      int axes = weights.layout().size().length;
      return (double) weights.layout().size(axes - 2) * weights.layout().size(axes - 1);
    }

    /** Including those with padding. */
    @Override
    public long products() {
      return weights.length() * output.height() * output.width();
    }
  }

  /**
   * A matrix product of [N,in].
   *
   * @param weights [out,in]
   * @param bias [out]
   */
  record DenseOp(
      Parameter weights, Optional<Parameter> bias, Optional<ActivationFunction> activation)
      implements LinearOp {
    @Override
    public DenseOp withActivation(Optional<ActivationFunction> activation) {
      return new DenseOp(weights, bias, activation);
    }
  }

  /**
   * A convolution of [N,in,1,1] to [N,out,1,1]: only the weights that meet the pixel count.
   *
   * @param weights [out,in], those that meet the pixel
   * @param bias [out]
   * @param unused those that meet padding
   */
  record PixelConvolutionOp(
      Parameter weights,
      Optional<Parameter> bias,
      List<Parameter> unused,
      Optional<ActivationFunction> activation)
      implements LinearOp {
    /** Copies the list. */
    public PixelConvolutionOp {
      unused = List.copyOf(unused);
    }

    @Override
    public PixelConvolutionOp withActivation(Optional<ActivationFunction> activation) {
      return new PixelConvolutionOp(weights, bias, unused, activation);
    }

    @Override
    public List<Parameter> parameters() {
      return Stream.concat(LinearOp.super.parameters().stream(), unused.stream()).toList();
    }
  }

  /**
   * Gamma and beta of a batch normalization.
   *
   * @param learned [2,features]; empty where they are locked
   * @param gamma of all features, where it is locked
   * @param beta likewise
   */
  record ScaleAndShift(Optional<Parameter> learned, double gamma, double beta) {
    static ScaleAndShift of(Parameter learned) {
      return new ScaleAndShift(Optional.of(learned), 1, 0);
    }

    static ScaleAndShift locked(double gamma, double beta) {
      return new ScaleAndShift(Optional.empty(), gamma, beta);
    }
  }

  /**
   * Batch normalization of [N,F] or [N,C,H,W].
   *
   * @param scaleAndShift gamma and beta
   * @param mean the running mean, [features]
   * @param variance the running variance or the logarithm of its root, [features]
   * @param bias [features], added to beta
   * @param rectified whether a ReLU follows
   */
  record NormalizationOp(
      ScaleAndShift scaleAndShift,
      Parameter mean,
      Parameter variance,
      double epsilon,
      Optional<Parameter> bias,
      boolean rectified)
      implements Operation {
    @Override
    public List<Parameter> parameters() {
      return Stream.of(scaleAndShift.learned().stream(), Stream.of(mean, variance), bias.stream())
          .flatMap(each -> each)
          .toList();
    }

    long features() {
      return mean.length();
    }

    /** Whether {@code log10(sqrt(variance))} is kept in the variance's place. */
    public boolean keepsLogarithm() {
      return variance.update() instanceof Parameter.AveragedLogDeviation
          || (variance.update() instanceof Parameter.Fixed fixed && fixed.isLogDeviation());
    }

    /** Whether it normalizes by the running statistics in training, too. */
    boolean isFrozen() {
      return mean.isFixed();
    }

    NormalizationOp withBias(Parameter added) {
      return new NormalizationOp(
          scaleAndShift, mean, variance, epsilon, Optional.of(added), rectified);
    }

    NormalizationOp withRectified(boolean whether) {
      return new NormalizationOp(scaleAndShift, mean, variance, epsilon, bias, whether);
    }
  }

  /**
   * A pooling of each channel of [N,C,H,W].
   *
   * @param kind what it takes of the values in its window
   * @param kernel rows and columns of the window
   */
  record PoolingOp(
      Pooling kind,
      MapSize input,
      MapSize output,
      ConvolutionWindow.PerAxis kernel,
      ConvolutionWindow window)
      implements Operation {}

  /**
   * The L2 norm of what a window covers.
   *
   * @param mean the window's mean, padding counting as zeros
   */
  record NormPoolingOp(PoolingOp mean) implements Operation {}

  /**
   * Dropout, in training only.
   *
   * @param keep the probability that a value is kept, in (0, 1)
   * @param seed of the layer
   */
  record DropoutOp(double keep, long seed) implements Operation {}

  /** An activation function of each value. */
  record ActivationOp(ActivationFunction function) implements Operation {}

  /**
   * [N,C,H,W] to [N,C*H*W].
   *
   * @param channelsLast whether the channels of a pixel stand together in the result
   */
  record FlatteningOp(boolean channelsLast) implements Operation {}

  /**
   * [N,C*H*W], channel after channel and row by row, to [N,C,H,W].
   *
   * @param images the size of each
   */
  record UnflatteningOp(MapSize images) implements Operation {}

  /**
   * A range of channels, rows and columns of images.
   *
   * @param whole the size of the images
   * @param part the size of the range
   * @param channel the first of its channels
   * @param row the first of its rows
   * @param column the first of its columns
   */
  record Region(MapSize whole, MapSize part, long channel, long row, long column) {}

  /** Images as a region of larger ones, which are 0 elsewhere. */
  record PaddingOp(Region region) implements Operation {}

  /** A region of images. */
  record CroppingOp(Region region) implements Operation {}

  /** Each pixel a whole number of times in each direction. */
  record UpsamplingOp(MapSize input, MapSize output) implements Operation {}

  /**
   * The pixels of square blocks side by side as channels: all channels of the first, then those of
   * the second, row by row.
   *
   * @param block the side of a block
   */
  record SpaceToDepthOp(MapSize input, long block) implements Operation {}

  /**
   * Images, or vectors, shown piece by piece: [N,values] to [N,F,1,T].
   *
   * @param order for each value of a sequence, step after step, which of the image's it is
   * @param steps how many steps there are
   */
  record SequenceOp(List<Integer> order, int steps) implements Operation {
    /** Copies the list. */
    public SequenceOp {
      order = List.copyOf(order);
    }

    /** How often the value is shown that is shown most often. */
    long mostOften() {
      return order.stream()
          .collect(Collectors.groupingBy(place -> place, Collectors.counting()))
          .values()
          .stream()
          .max(Long::compare)
          .orElse(1L);
    }
  }

  /**
   * An LSTM: [N,I,1,T] to [N,H,1,T], or to [N,H] of the last step.
   *
   * <p>The four gates, in this order, are the candidate, forget, output and input.
   *
   * @param inputWeights [4,H,I,1,1]
   * @param stateWeights [4,H,H,1,1]
   * @param bias [4,H,1,1]
   * @param normalization of each step's values, where they are normalized
   * @param input features and steps, [I,1,T]
   * @param lastOnly whether only the last step's output is given
   */
  record LstmOp(
      Parameter inputWeights,
      Parameter stateWeights,
      Parameter bias,
      Optional<StepNormalization> normalization,
      MapSize input,
      boolean lastOnly)
      implements Operation {
    /** How many values a state has, H. */
    long outputs() {
      return bias.layout().size(1);
    }

    /** How many steps there are, T. */
    int steps() {
      return Math.toIntExact(input.width());
    }

    /** The number of multiplications of a weight and a value for each sequence. */
    long products() {
      return steps() * (inputWeights.length() + stateWeights.length());
    }

    @Override
    public List<Parameter> parameters() {
      return Stream.concat(
              Stream.of(inputWeights, stateWeights, bias),
              normalization.stream().flatMap(StepNormalization::parameters))
          .toList();
    }
  }

  /**
   * Batch normalization of what an LSTM computes in a step, by that step's statistics: source is
   * {@link io.bnzoo.layer.BatchNormLstm}.
   *
   * @param input of the product with the input, four gates
   * @param state of the product with the state, four gates
   * @param cell of the cell before it is given
   * @param cellShift [1,H,1,1], added to the normalized cell
   * @param noise the standard deviation of the output before the first step, in training
   * @param seed of the network, which noise is drawn by
   * @param layer its index, likewise
   */
  record StepNormalization(
      StepStatistics input,
      StepStatistics state,
      StepStatistics cell,
      Parameter cellShift,
      double epsilon,
      double noise,
      long seed,
      int layer) {
    Stream<Parameter> parameters() {
      return Stream.concat(
          Stream.of(cellShift), Stream.of(input, state, cell).flatMap(StepStatistics::parameters));
    }

    /** Whether it normalizes by the running statistics in training, too. */
    boolean isFrozen() {
      return input.mean().isFixed();
    }
  }

  /**
   * Gamma and running statistics of one of the values that an LSTM normalizes.
   *
   * @param gamma [gates,H,1,1]
   * @param mean [rows*gates,H,1,1], a row for each of the first steps; the last serves all later
   *     ones
   * @param variance likewise
   * @param unreached rows of steps that no sequence has
   */
  record StepStatistics(
      Parameter gamma, Parameter mean, Parameter variance, List<Parameter> unreached) {
    /** Copies the list. */
    public StepStatistics {
      unreached = List.copyOf(unreached);
    }

    Stream<Parameter> parameters() {
      return Stream.concat(Stream.of(gamma, mean, variance), unreached.stream());
    }

    /** How many steps have a row. */
    int rows() {
      return Math.toIntExact(mean.length() / gamma.length());
    }
  }

  /** Local response normalization of [N,C,H,W]. */
  record LocalResponseOp(LocalResponse response) implements Operation {}

  /** {@code min(max(0.2 x + 0.5, 0), 1)} of each value. */
  record HardSigmoidOp() implements Operation {}

  /** Softmax over the values of [N,F] or the channels of [N,C,H,W]. */
  record SoftmaxOp() implements Operation {}

  /**
   * Each row of [N,F] divided by its L2 norm.
   *
   * @param least the norm that is taken where it is less
   */
  record UnitNormOp(double least) implements Operation {}

  /** The channels of several values, one value's behind the other's. */
  record MergeOp() implements Operation {}

  /** What is made, value by value, of several values of the same size. */
  sealed interface CombiningOp extends Operation {}

  /**
   * The sum, each times its weight.
   *
   * @param weights one for each source
   */
  record SumOp(List<Float> weights) implements CombiningOp {
    /** Copies the list. */
    public SumOp {
      weights = List.copyOf(weights);
    }
  }

  /** The product. */
  record ProductOp() implements CombiningOp {}

  /** The largest; of equal ones the first has the gradient. */
  record MaximumOp() implements CombiningOp {}

  /** The size of one image, or of a vector as an image of one pixel. */
  record MapSize(long channels, long height, long width) {
    boolean isPixel() {
      return height == 1 && width == 1;
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%d x %d pixels with %d channels", height, width, channels);
    }

    /** So many images of this size, as [N,C,H,W] with channels last in memory. */
    Layout channelsLast(long batch) {
      return Layout.channelsLast(batch, channels, height, width);
    }

    /** How many values an image has. */
    public long values() {
      return channels * height * width;
    }
  }
}
