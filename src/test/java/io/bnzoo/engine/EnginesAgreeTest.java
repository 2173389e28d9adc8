package io.bnzoo.engine;

import static io.bnzoo.engine.Networks.network;
import static io.bnzoo.engine.Networks.output;
import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.layer.ChannelwiseBias;
import io.bnzoo.layer.LowLevelBatchNormalization;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * Small networks made up at random: whatever Deeplearning4j trains, oneDNN's engine trains alike or
 * refuses, and what the one takes for no image of a digit, so does the other.
 *
 * <p>Functions are smooth, and convolutions leave them to a layer of their own: a ReLU that flips
 * by rounding says nothing, and Deeplearning4j's own convolution of NHWC with a function inside is
 * not right.
 */
class EnginesAgreeTest {
  private static final int NETWORKS = 120;
  private static final List<Activation> SMOOTH =
      List.of(
          Activation.TANH,
          Activation.SIGMOID,
          Activation.ELU,
          Activation.SOFTPLUS,
          Activation.SWISH);
  private static final LabeledImages BATCH = TestDigits.draw(5, 5);

  @Test
  void networksMadeUpAtRandomTrainAlikeOrAreRefusedAlike() {
    int trained = 0;
    int refused = 0;
    for (int seed = 0; seed < NETWORKS; seed++) {
      Random random = new Random(seed);
      List<Layer> layers = new ArrayList<>();
      InputType input = input(random);
      Optional<MultiLayerNetwork> network = build(random, input, layers);
      if (network.isPresent()) {
        try {
          String refusal =
              BothEngines.answerOrRefusal(network.get(), 2e-3, BothEngines.training(BATCH, 2));
          trained += refusal.isEmpty() ? 1 : 0;
          refused += refusal.isEmpty() ? 0 : 1;
        } catch (AssertionError e) {
          throw new AssertionError("seed " + seed + ": " + input + " " + layers, e);
        }
      }
    }
    assertThat(trained).as("networks that were trained").isGreaterThan(NETWORKS / 3);
    assertThat(refused).as("networks that were refused").isGreaterThan(NETWORKS / 10);
  }

  /** None where Deeplearning4j itself refuses to build it. */
  private static Optional<MultiLayerNetwork> build(
      Random random, InputType input, List<Layer> layers) {
    CNN2DFormat format =
        input instanceof InputType.InputTypeConvolutional images
            ? images.getFormat()
            : CNN2DFormat.NCHW;
    boolean images = !(input instanceof InputType.InputTypeFeedForward);
    for (int i = random.nextInt(4); i >= 0; i--) {
      images = add(random, images, format, layers);
    }
    addLoss(random, layers);
    NeuralNetConfiguration.Builder builder =
        new NeuralNetConfiguration.Builder()
            .seed(random.nextInt(100))
            .updater(updater(random))
            .l2(random.nextBoolean() ? 0 : 0.01);
    try {
      return Optional.of(network(builder, input, layers.toArray(Layer[]::new)));
    } catch (RuntimeException refused) { // As each layer likes.
      return Optional.empty();
    }
  }

  private static void addLoss(Random random, List<Layer> layers) {
    boolean softmax = random.nextBoolean();
    LossFunctions.LossFunction loss =
        softmax ? LossFunctions.LossFunction.MCXENT : LossFunctions.LossFunction.XENT;
    Activation activation = softmax ? Activation.SOFTMAX : Activation.SIGMOID;
    if (random.nextInt(3) > 0) {
      layers.add(output(loss, activation));
    } else {
      layers.add(new DenseLayer.Builder().nOut(10).activation(Activation.TANH).build());
      layers.add(new LossLayer.Builder(loss).activation(activation).build());
    }
  }

  private static InputType input(Random random) {
    return switch (random.nextInt(9)) {
      case 0, 1 -> InputType.feedForward(784);
      case 2, 3 -> InputType.convolutional(28, 28, 1, CNN2DFormat.NCHW);
      case 4, 5 -> InputType.convolutional(28, 28, 1, CNN2DFormat.NHWC);
      case 6 -> InputType.convolutionalFlat(28, 28, 1);
      case 7 ->
          random.nextBoolean()
              ? InputType.convolutionalFlat(49, 16, 1)
              : InputType.convolutional(14, 56, 1);
      default ->
          random.nextBoolean()
              ? InputType.convolutional(28, 28, 3)
              : InputType.convolutional(16, 49, 1, CNN2DFormat.NHWC);
    };
  }

  /** Adds a layer; whether images leave it. */
  private static boolean add(
      Random random, boolean images, CNN2DFormat format, List<Layer> layers) {
    switch (random.nextInt(images ? 7 : 5)) {
      case 0 ->
          layers.add(
              new BatchNormalization.Builder().useLogStd(random.nextBoolean()).eps(1e-2).build());
      case 1 -> layers.add(new LowLevelBatchNormalization.Builder().epsilon(1e-2).build());
      case 2 -> {
        layers.add(
            new DenseLayer.Builder()
                .nOut(1 + random.nextInt(6))
                .hasBias(random.nextBoolean())
                .activation(Activation.TANH)
                .build());
        return false;
      }
      case 3 -> layers.add(new ActivationLayer(SMOOTH.get(random.nextInt(SMOOTH.size()))));
      case 4 -> layers.add(new ChannelwiseBias.Builder().build());
      case 5 -> {
        int kernel = 1 + random.nextInt(4);
        layers.add(
            new ConvolutionLayer.Builder(kernel, 1 + random.nextInt(4))
                .stride(1 + random.nextInt(4), 2)
                .convolutionMode(
                    random.nextBoolean() ? ConvolutionMode.Same : ConvolutionMode.Truncate)
                .nOut(1 + random.nextInt(4))
                .hasBias(random.nextBoolean())
                .dataFormat(format)
                .activation(Activation.IDENTITY)
                .build());
      }
      default ->
          layers.add(
              new SubsamplingLayer.Builder(
                      random.nextBoolean()
                          ? SubsamplingLayer.PoolingType.MAX
                          : SubsamplingLayer.PoolingType.AVG)
                  .kernelSize(1 + random.nextInt(3), 1 + random.nextInt(4))
                  .stride(1 + random.nextInt(3), 1 + random.nextInt(2))
                  .convolutionMode(
                      random.nextBoolean() ? ConvolutionMode.Same : ConvolutionMode.Truncate)
                  .dataFormat(format)
                  .build());
    }
    return images;
  }

  private static IUpdater updater(Random random) {
    // Large epsilons: noise has no direction.
    return switch (random.nextInt(8)) {
      case 0 -> new Sgd(0.05);
      case 1 -> new Nesterovs(0.02, 0.9);
      case 2 -> new Adam(0.001, 0.9, 0.999, 1e-3);
      case 3 -> new AMSGrad(0.001, 0.9, 0.999, 1e-3);
      case 4 -> new Nadam(0.001, 0.9, 0.9, 1e-2);
      case 5 -> new RmsProp(0.001, 0.9, 1e-2);
      case 6 -> new AdaGrad(0.001, 1e-2);
      default -> new AdaDelta();
    };
  }
}
