package io.bnzoo.engine;

import java.util.Optional;
import java.util.Random;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.nd4j.linalg.activations.Activation;

/** Draws layers, of every class that has kernels and with every kind of setting. */
record RandomLayers(Random random, CNN2DFormat format) {
  private static final Activation[] ACTIVATIONS = {
    Activation.IDENTITY,
    Activation.RELU,
    Activation.TANH,
    Activation.SIGMOID,
    Activation.LEAKYRELU,
    Activation.ELU,
    Activation.RELU6,
    Activation.SOFTPLUS,
    Activation.SWISH
  };

  @SafeVarargs
  private <T> T one(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private int from(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  private Activation activation() {
    return one(ACTIVATIONS);
  }

  static boolean takesImages(Layer layer) {
    return layer instanceof ConvolutionLayer;
  }

  /** What a layer makes of something; empty if it does not take it. */
  static Optional<InputType> result(Layer layer, InputType given) {
    try {
      InputPreProcessor step = layer.getPreProcessorForInputType(given);
      InputType prepared = step == null ? given : step.getOutputType(given);
      layer.setNIn(prepared, true);
      if (isDeeplearning4jsOwnFault(layer, prepared)) {
        return Optional.empty();
      }
      InputType result = layer.getOutputType(0, prepared);
      return result instanceof InputTypeConvolutional image
              && (image.getHeight() < 1 || image.getWidth() < 1)
          ? Optional.empty()
          : Optional.of(result);
    } catch (DL4JInvalidConfigException
        | DL4JInvalidInputException
        | IllegalArgumentException
        | IllegalStateException e) {
      return Optional.empty();
    }
  }

  /** What Deeplearning4j takes, and then fails at. */
  private static boolean isDeeplearning4jsOwnFault(Layer layer, InputType given) {
    if (!(given instanceof InputTypeConvolutional image)) {
      return false;
    }
    if (layer instanceof SpaceToDepthLayer) {
      return image.getHeight() % 2 != 0 || image.getWidth() % 2 != 0;
    }
    if (layer instanceof LocalResponseNormalization response) {
      return image.getChannels() <= response.getN() / 2;
    }
    if (layer instanceof ConvolutionLayer window) {
      return isTooLong(
              window.getConvolutionMode(),
              window.getKernelSize(),
              window.getDilation(),
              window.getPadding(),
              image)
          || (layer instanceof SeparableConvolution2D && image.getChannels() == 1)
          || (layer instanceof DepthwiseConvolution2D
              && (image.getChannels() == 1 || !stepsOverNothing(window)));
    }
    return layer instanceof SubsamplingLayer window
        && window.getPoolingType() == PoolingType.AVG
        && isTooLong(
            window.getConvolutionMode(),
            window.getKernelSize(),
            window.getDilation(),
            window.getPadding(),
            image);
  }

  /** Whether a kernel finds no place, which is then counted as one. */
  private static boolean isTooLong(
      ConvolutionMode mode,
      int[] kernel,
      int[] dilation,
      int[] padding,
      InputTypeConvolutional in) {
    return mode != ConvolutionMode.Same
        && ((kernel[0] - 1) * dilation[0] + 1 > in.getHeight() + 2L * padding[0]
            || (kernel[1] - 1) * dilation[1] + 1 > in.getWidth() + 2L * padding[1]);
  }

  /** With others it asks its own oneDNN for what that does not do. */
  private static boolean stepsOverNothing(ConvolutionLayer layer) {
    return layer.getStride()[0] <= layer.getKernelSize()[0]
        && layer.getStride()[1] <= layer.getKernelSize()[1]
        && layer.getDilation()[0] == 1
        && layer.getDilation()[1] == 1;
  }

  Layer ofVectors() {
    return switch (random.nextInt(6)) {
      case 0, 1 ->
          new DenseLayer.Builder()
              .nOut(from(1, 12))
              .hasBias(random.nextInt(4) > 0)
              .activation(random.nextInt(6) == 0 ? Activation.SOFTMAX : activation())
              .build();
      case 2 -> normalization();
      case 3 -> convolution(from(1, 6));
      default -> new ActivationLayer(random.nextInt(4) == 0 ? Activation.SOFTMAX : activation());
    };
  }

  Layer ofImages() {
    return switch (random.nextInt(18)) {
      case 0, 1, 2 -> convolution(from(1, 18));
      case 3 -> depthwise(from(1, 3));
      case 4 -> separable(from(1, 7));
      case 5, 6, 7 -> pooling();
      case 8 ->
          new ZeroPaddingLayer.Builder(from(0, 2), from(0, 2), from(0, 2), from(0, 2))
              .dataFormat(format)
              .build();
      case 9 ->
          new Cropping2D.Builder(from(0, 2), from(0, 2), from(0, 2), from(0, 2))
              .dataFormat(format)
              .build();
      case 10 ->
          new Upsampling2D.Builder()
              .size(new int[] {from(1, 3), from(1, 3)})
              .dataFormat(format)
              .build();
      case 11 -> new SpaceToDepthLayer.Builder<>(2, format).build();
      case 12 -> localResponse();
      case 13 -> normalization();
      case 14 -> globalPooling();
      case 15 -> new DenseLayer.Builder().nOut(from(1, 12)).activation(activation()).build();
      default -> activations();
    };
  }

  /** With as many values as it is given. */
  Layer keepingSize(long channels, boolean images) {
    if (!images) {
      return random.nextBoolean()
          ? normalization()
          : new DenseLayer.Builder().nOut(channels).activation(activation()).build();
    }
    return switch (random.nextInt(4)) {
      case 0 -> normalization();
      case 1 ->
          new SubsamplingLayer.Builder(
                  one(SubsamplingLayer.PoolingType.MAX, SubsamplingLayer.PoolingType.AVG))
              .kernelSize(from(1, 3), from(1, 3))
              .stride(1, 1)
              .convolutionMode(ConvolutionMode.Same)
              .dataFormat(format)
              .build();
      default ->
          new ConvolutionLayer.Builder(from(1, 3), from(1, 3))
              .convolutionMode(ConvolutionMode.Same)
              .nOut(channels)
              .activation(activation())
              .dataFormat(format)
              .build();
    };
  }

  private Layer activations() {
    boolean softmax = format == CNN2DFormat.NHWC && random.nextInt(6) == 0;
    return new ActivationLayer(softmax ? Activation.SOFTMAX : activation());
  }

  private Layer normalization() {
    return new BatchNormalization.Builder()
        .useLogStd(random.nextBoolean())
        .decay(one(0.9, 0.6))
        .eps(one(1e-5, 1e-3))
        .dataFormat(format)
        .build();
  }

  private Layer localResponse() {
    return new LocalResponseNormalization.Builder()
        .k(one(1.0, 2.0))
        .n(one(3.0, 5.0))
        .alpha(one(1e-4, 0.3))
        .beta(0.75)
        .dataFormat(format)
        .build();
  }

  private Layer globalPooling() {
    GlobalPoolingLayer.Builder builder =
        new GlobalPoolingLayer.Builder(one(PoolingType.MAX, PoolingType.AVG));
    return format == CNN2DFormat.NCHW ? builder.build() : builder.poolingDimensions(1, 2).build();
  }

  private ConvolutionMode mode() {
    return one(ConvolutionMode.Same, ConvolutionMode.Truncate, ConvolutionMode.Strict);
  }

  private Layer pooling() {
    ConvolutionMode mode = mode();
    int height = from(1, 4);
    int width = from(1, 4);
    SubsamplingLayer.Builder builder =
        new SubsamplingLayer.Builder(
                one(SubsamplingLayer.PoolingType.MAX, SubsamplingLayer.PoolingType.AVG))
            .kernelSize(height, width)
            .stride(from(1, Math.min(height, 3)), from(1, Math.min(width, 3)))
            .convolutionMode(mode)
            .dataFormat(format);
    if (random.nextInt(4) == 0) {
      builder.dilation(from(1, 2), from(1, 2));
    }
    if (mode != ConvolutionMode.Same) {
      builder.padding(from(0, (height - 1) / 2), from(0, (width - 1) / 2));
    }
    SubsamplingLayer layer = builder.build();
    layer.setAvgPoolIncludePadInDivisor(random.nextBoolean());
    return layer;
  }

  private <B extends ConvolutionLayer.BaseConvBuilder<B>> B window(B builder) {
    ConvolutionMode mode = mode();
    int height = from(1, 4);
    int width = from(1, 4);
    boolean same = mode == ConvolutionMode.Same; // A kernel then has to be as long as its step.
    builder
        .kernelSize(height, width)
        .stride(from(1, same ? Math.min(height, 3) : 3), from(1, same ? Math.min(width, 3) : 3))
        .convolutionMode(mode)
        .hasBias(random.nextInt(4) > 0)
        .activation(activation());
    if (random.nextInt(3) == 0) {
      builder.dilation(from(1, 2), from(1, 2));
    }
    if (mode != ConvolutionMode.Same) {
      builder.padding(from(0, height - 1), from(0, width - 1));
    }
    return builder;
  }

  Layer convolution(int outputs) {
    return window(new ConvolutionLayer.Builder()).nOut(outputs).dataFormat(format).build();
  }

  private Layer depthwise(int multiplier) {
    return window(new DepthwiseConvolution2D.Builder())
        .depthMultiplier(multiplier)
        .dataFormat(format)
        .build();
  }

  private Layer separable(int outputs) {
    return window(new SeparableConvolution2D.Builder())
        .depthMultiplier(from(1, 3))
        .nOut(outputs)
        .dataFormat(format)
        .build();
  }
}
