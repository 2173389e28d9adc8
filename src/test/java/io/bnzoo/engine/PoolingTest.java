package io.bnzoo.engine;

import static io.bnzoo.engine.Networks.output;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Pooling between convolutions, whose gradients go through it. */
class PoolingTest {
  private static final LabeledImages BATCH = TestDigits.draw(7, 4);

  /** One pooling; a place for padding on each side where the mode lets it be chosen. */
  private record Case(
      SubsamplingLayer.PoolingType type,
      ConvolutionMode mode,
      CNN2DFormat format,
      List<Integer> kernel,
      List<Integer> stride,
      int padding) {
    @Override
    public String toString() {
      return String.join(
          " ",
          type.name(),
          mode.name(),
          format.name(),
          kernel.toString(),
          stride.toString(),
          "" + padding);
    }

    MultiLayerNetwork network() {
      SubsamplingLayer.Builder pooling =
          new SubsamplingLayer.Builder(type)
              .kernelSize(kernel.get(0), kernel.get(1))
              .stride(stride.get(0), stride.get(1))
              .convolutionMode(mode)
              .pnorm(2)
              .dataFormat(format);
      if (mode != ConvolutionMode.Same) {
        pooling.padding(padding, padding);
      }
      // Deeplearning4j's own gradient of a norm is NaN where a value is negative.
      boolean positive = type == SubsamplingLayer.PoolingType.PNORM;
      return Networks.network(
          new NeuralNetConfiguration.Builder().seed(3).updater(new Sgd(positive ? 0.001 : 0.1)),
          InputType.convolutional(28, 28, 1, format),
          convolution(5, format),
          new ActivationLayer(positive ? Activation.SIGMOID : Activation.TANH),
          pooling.build(),
          convolution(3, format),
          new ActivationLayer(Activation.TANH),
          output(LossFunctions.LossFunction.MCXENT, Activation.SOFTMAX));
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
            SubsamplingLayer.PoolingType.MAX,
            SubsamplingLayer.PoolingType.AVG,
            SubsamplingLayer.PoolingType.PNORM)
        .flatMap(
            type ->
                Stream.of(CNN2DFormat.values())
                    .flatMap(
                        format ->
                            Stream.of(
                                of(type, ConvolutionMode.Same, format, 2, 2, 2, 2, 0),
                                of(type, ConvolutionMode.Same, format, 3, 2, 2, 3, 0),
                                of(type, ConvolutionMode.Same, format, 2, 2, 1, 1, 0),
                                of(type, ConvolutionMode.Truncate, format, 2, 2, 2, 2, 0),
                                of(type, ConvolutionMode.Truncate, format, 3, 3, 2, 2, 0),
                                of(type, ConvolutionMode.Truncate, format, 3, 5, 3, 4, 1),
                                of(type, ConvolutionMode.Strict, format, 4, 2, 4, 2, 0),
                                of(type, ConvolutionMode.Strict, format, 28, 28, 1, 1, 0))));
  }

  private static Case of(
      SubsamplingLayer.PoolingType type,
      ConvolutionMode mode,
      CNN2DFormat format,
      int height,
      int width,
      int down,
      int right,
      int padding) {
    return new Case(type, mode, format, List.of(height, width), List.of(down, right), padding);
  }

  static Stream<Arguments> globalCases() {
    return Stream.of(PoolingType.MAX, PoolingType.AVG)
        .flatMap(type -> Stream.of(CNN2DFormat.values()).map(format -> Arguments.of(type, format)));
  }

  @ParameterizedTest
  @MethodSource("globalCases")
  void poolingOverAllPixelsTrainsAlike(PoolingType type, CNN2DFormat format) {
    MultiLayerNetwork network =
        Networks.network(
            new NeuralNetConfiguration.Builder().seed(3).updater(new Sgd(0.1)),
            InputType.convolutional(28, 28, 1, format),
            convolution(10, format),
            new ActivationLayer(Activation.TANH),
            new GlobalPoolingLayer.Builder(type).build(),
            new LossLayer.Builder().activation(Activation.SOFTMAX).build());
    BothEngines.answer(network, 1e-4, BothEngines.training(BATCH, 3));
  }

  private static ConvolutionLayer convolution(int outputs, CNN2DFormat format) {
    return new ConvolutionLayer.Builder(3, 3)
        .convolutionMode(ConvolutionMode.Same)
        .nOut(outputs)
        .dataFormat(format)
        .activation(Activation.IDENTITY)
        .build();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void bothEnginesTrainAlike(Case each) {
    BothEngines.answer(each.network(), 1e-4, BothEngines.training(BATCH, 3));
  }
}
