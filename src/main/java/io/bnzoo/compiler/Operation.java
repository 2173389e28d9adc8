package io.bnzoo.compiler;

import io.bnzoo.onednn.ActivationFunction;
import io.bnzoo.onednn.ConvolutionWindow;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** One thing that a network does to a batch. */
public sealed interface Operation {

  /** What it learns, in no order. */
  default List<Parameter> parameters() {
    return List.of();
  }

  /** A linear map, perhaps a bias, and perhaps a function of the sum. */
  sealed interface Affine extends Operation {
    Parameter weights();

    Optional<Parameter> bias();

    Optional<ActivationFunction> then();

    /** The same map, and a function of it, if any. */
    Affine followedBy(Optional<ActivationFunction> function);

    /** How many products of a weight and a value it adds up for an image. */
    default long products() {
      return weights().length();
    }

    @Override
    default List<Parameter> parameters() {
      return Stream.concat(Stream.of(weights()), bias().stream()).toList();
    }
  }

  /**
   * A convolution of [N,C,H,W], and a function of it.
   *
   * @param weights [out,in,h,w]
   * @param bias [out]
   */
  record Convolution(
      Parameter weights,
      Optional<Parameter> bias,
      ImageSize input,
      ImageSize output,
      ConvolutionWindow window,
      Optional<ActivationFunction> then)
      implements Affine {
    @Override
    public Convolution followedBy(Optional<ActivationFunction> function) {
      return new Convolution(weights, bias, input, output, window, function);
    }

    /** Those with padding count. */
    @Override
    public long products() {
      return weights.length() * output.height() * output.width();
    }
  }

  /**
   * A matrix product of [N,in], and a function of it.
   *
   * @param weights [out,in]
   * @param bias [out]
   */
  record Dense(Parameter weights, Optional<Parameter> bias, Optional<ActivationFunction> then)
      implements Affine {
    @Override
    public Dense followedBy(Optional<ActivationFunction> function) {
      return new Dense(weights, bias, function);
    }
  }

  /**
   * A convolution of [N,in,1,1] to [N,out,1,1], and a function of it: of the kernel, only what
   * meets the pixel counts.
   *
   * @param weights [out,in], what meets the pixel
   * @param bias [out]
   * @param unused what meets padding
   */
  record PixelConvolution(
      Parameter weights,
      Optional<Parameter> bias,
      List<Parameter> unused,
      Optional<ActivationFunction> then)
      implements Affine {
    public PixelConvolution {
      unused = List.copyOf(unused);
    }

    @Override
    public PixelConvolution followedBy(Optional<ActivationFunction> function) {
      return new PixelConvolution(weights, bias, unused, function);
    }

    @Override
    public List<Parameter> parameters() {
      return Stream.concat(Affine.super.parameters().stream(), unused.stream()).toList();
    }
  }

  /**
   * Batch normalization of [N,F] or [N,C,H,W].
   *
   * @param scaleAndShift [2,features], gamma and beta
   * @param mean the moving mean, [features]
   * @param variance the moving variance, [features]
   * @param bias [features], what is added to beta
   * @param rectified whether the result goes through a ReLU
   */
  record Normalization(
      Parameter scaleAndShift,
      Parameter mean,
      Parameter variance,
      double epsilon,
      Optional<Parameter> bias,
      boolean rectified)
      implements Operation {
    @Override
    public List<Parameter> parameters() {
      return Stream.concat(Stream.of(scaleAndShift, mean, variance), bias.stream()).toList();
    }

    long features() {
      return mean.length();
    }

    Normalization withBias(Parameter added) {
      return new Normalization(
          scaleAndShift, mean, variance, epsilon, Optional.of(added), rectified);
    }

    Normalization thenRectified(boolean whether) {
      return new Normalization(scaleAndShift, mean, variance, epsilon, bias, whether);
    }
  }

  /** A function of each value. */
  record Application(ActivationFunction function) implements Operation {}

  /**
   * [N,C,H,W] to [N,C*H*W].
   *
   * @param channelsLast whether the channels of a pixel stand together in the result
   */
  record Flattening(boolean channelsLast) implements Operation {}

  /** The size of one image. */
  record ImageSize(long channels, long height, long width) {
    boolean isPixel() {
      return height == 1 && width == 1;
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%d x %d pixels with %d channels", height, width, channels);
    }

    public long values() {
      return channels * height * width;
    }
  }
}
