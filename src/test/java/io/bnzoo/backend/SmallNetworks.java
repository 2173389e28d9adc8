package io.bnzoo.backend;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Sgd;

/** Networks for images of 7 x 8 x 3, of a few layers each, that use every oneDNN path. */
final class SmallNetworks {
  static final int HEIGHT = 7;
  static final int WIDTH = 8;
  static final int CHANNELS = 3;
  static final int CLASSES = 4;

  private static final int MAPS = 6;

  /** A layer whose result depends on its axis order and activation. */
  interface Kind {
    Layer layer(CNN2DFormat format, Activation activation);
  }

  private SmallNetworks() {}

  static MultiLayerConfiguration of(CNN2DFormat format, DataType type, List<Layer> hidden) {
    NeuralNetConfiguration.ListBuilder layers =
        new NeuralNetConfiguration.Builder().seed(1).dataType(type).updater(new Sgd(0.1)).list();
    // Configuring a network writes into its layers.
    hidden.forEach(layer -> layers.layer(layer.clone()));
    return layers
        .layer(new OutputLayer.Builder().nOut(CLASSES).activation(Activation.SOFTMAX).build())
        .setInputType(InputType.convolutional(HEIGHT, WIDTH, CHANNELS, format))
        .build();
  }

  /** The layers that Deeplearning4j or ND4J has a oneDNN path for, and their neighbors. */
  static Map<String, Kind> kinds() {
    Map<String, Kind> kinds = new LinkedHashMap<>();
    for (ConvolutionMode mode : List.of(ConvolutionMode.Same, ConvolutionMode.Truncate)) {
      for (int kernel = 1; kernel <= 3; kernel++) {
        for (int stride = 1; stride <= 2; stride++) {
          kinds.put(
              String.format(
                  Locale.ROOT, "convolution %s kernel %d stride %d", mode, kernel, stride),
              convolution(mode, kernel, stride));
        }
      }
    }
    kinds.put(
        "convolution with padding",
        (format, activation) ->
            new ConvolutionLayer.Builder(3, 2)
                .padding(1, 1)
                .dataFormat(format)
                .nOut(MAPS)
                .activation(activation)
                .build());
    kinds.put(
        "convolution with dilation, without bias",
        (format, activation) ->
            new ConvolutionLayer.Builder(2, 3)
                .dilation(2, 2)
                .hasBias(false)
                .dataFormat(format)
                .nOut(MAPS)
                .activation(activation)
                .build());
    kinds.put(
        "deconvolution",
        (format, activation) ->
            new Deconvolution2D.Builder(2, 2)
                .stride(2, 2)
                .dataFormat(format)
                .nOut(MAPS)
                .activation(activation)
                .build());
    kinds.put(
        "depthwise convolution",
        (format, activation) ->
            new DepthwiseConvolution2D.Builder(2, 3)
                .depthMultiplier(2)
                .dataFormat(format)
                .nOut(2 * CHANNELS)
                .activation(activation)
                .build());
    kinds.put(
        "separable convolution",
        (format, activation) ->
            new SeparableConvolution2D.Builder(2, 3)
                .dataFormat(format)
                .nOut(MAPS)
                .activation(activation)
                .build());
    for (PoolingType type : List.of(PoolingType.MAX, PoolingType.AVG)) {
      for (ConvolutionMode mode : List.of(ConvolutionMode.Same, ConvolutionMode.Truncate)) {
        kinds.put("pooling " + type + " " + mode, pooling(type, mode, 0, false));
      }
      kinds.put(
          "pooling " + type + " with padding", pooling(type, ConvolutionMode.Truncate, 1, false));
    }
    kinds.put(
        "pooling AVG that divides by what is there",
        pooling(PoolingType.AVG, ConvolutionMode.Truncate, 1, true));
    kinds.put("batch norm", (format, activation) -> new BatchNormalization());
    kinds.put(
        "batch norm with fixed gamma and beta",
        (format, activation) -> new BatchNormalization.Builder().lockGammaBeta(true).build());
    kinds.put(
        "local response normalization",
        (format, activation) ->
            new LocalResponseNormalization.Builder().dataFormat(format).build());
    kinds.put("activation", (format, activation) -> new ActivationLayer(activation));
    kinds.put(
        "upsampling",
        (format, activation) -> new Upsampling2D.Builder(2).dataFormat(format).build());
    kinds.put(
        "global pooling",
        (format, activation) -> new GlobalPoolingLayer.Builder(PoolingType.AVG).build());
    kinds.put(
        "dense",
        (format, activation) -> new DenseLayer.Builder().nOut(MAPS).activation(activation).build());
    return kinds;
  }

  static Kind convolution(ConvolutionMode mode, int kernel, int stride) {
    return (format, activation) ->
        new ConvolutionLayer.Builder(kernel, kernel)
            .stride(stride, stride)
            .convolutionMode(mode)
            .dataFormat(format)
            .nOut(MAPS)
            .activation(activation)
            .build();
  }

  private static Kind pooling(
      PoolingType type, ConvolutionMode mode, int padding, boolean dividesByPresent) {
    return (format, activation) -> {
      SubsamplingLayer.Builder pooling =
          new SubsamplingLayer.Builder(type).kernelSize(2, 3).stride(2, 1).convolutionMode(mode);
      if (mode != ConvolutionMode.Same) {
        pooling.padding(padding, padding);
      }
      SubsamplingLayer layer = pooling.dataFormat(format).build();
      layer.setAvgPoolIncludePadInDivisor(dividesByPresent);
      return layer;
    };
  }

  /** The named layers one after the other. */
  static List<Layer> layers(CNN2DFormat format, Activation activation, List<String> names) {
    Map<String, Kind> kinds = kinds();
    List<Layer> layers = new ArrayList<>();
    names.forEach(name -> layers.add(kinds.get(name).layer(format, activation)));
    return layers;
  }
}
