package io.bnzoo.toolbox;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineChoice;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Small stock networks, healthy and sick ones, trained on generated digits within a second. */
final class TrainedModels {
  static final LabeledImages TRAINING = TestDigits.draw(2_000, 1);
  static final LabeledImages TEST = TestDigits.draw(500, 3);

  /** After so many batches decay 0.99 has left less than 1 % of the initial statistics. */
  static final int ENOUGH = 500;

  private TrainedModels() {}

  /** Settings of a network of two hidden layers; changed by a test before it is built. */
  static final class Recipe {
    DenseLayer.Builder dense =
        new DenseLayer.Builder().nOut(32).activation(Activation.IDENTITY).hasBias(false);
    BatchNormalization.Builder batchNorm =
        new BatchNormalization.Builder().decay(0.99).eps(1e-3).useLogStd(false);
    Consumer<NeuralNetConfiguration.Builder> global = all -> {};

    MultiLayerNetwork build() {
      NeuralNetConfiguration.Builder builder =
          new NeuralNetConfiguration.Builder().seed(7).updater(new Adam(0.002));
      global.accept(builder);
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              builder
                  .list()
                  .layer(dense.name("fc1").build())
                  .layer(batchNorm.name("fc1-bn").build())
                  .layer(new ActivationLayer(Activation.RELU))
                  .layer(dense.name("fc2").build())
                  .layer(batchNorm.name("fc2-bn").build())
                  .layer(new ActivationLayer(Activation.RELU))
                  .layer(output())
                  .setInputType(InputType.feedForward(784))
                  .build());
      network.init();
      return network;
    }
  }

  static OutputLayer output() {
    return new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
        .nOut(10)
        .activation(Activation.SOFTMAX)
        .name("output")
        .build();
  }

  static MultiLayerNetwork dense(Consumer<Recipe> change) {
    Recipe recipe = new Recipe();
    change.accept(recipe);
    return recipe.build();
  }

  /** Two convolutions on images of one channel. */
  static MultiLayerNetwork convolutions(ConvolutionLayer.Builder convolution) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(7)
                .updater(new Adam(0.005))
                .list()
                .layer(convolution.nOut(6).stride(2, 2).hasBias(false).name("conv1").build())
                .layer(new Recipe().batchNorm.name("conv1-bn").build())
                .layer(new ActivationLayer(Activation.RELU))
                .layer(convolution.nOut(8).name("conv2").build())
                .layer(new Recipe().batchNorm.name("conv2-bn").build())
                .layer(new ActivationLayer(Activation.RELU))
                .layer(output())
                .setInputType(InputType.convolutional(28, 28, 1))
                .build());
    network.init();
    return network;
  }

  static MultiLayerNetwork trained(MultiLayerNetwork network, int batches) {
    return trained(network, TRAINING, batches, 32, EngineChoice.AUTO);
  }

  static MultiLayerNetwork trained(
      MultiLayerNetwork network, LabeledImages images, int batches, int size, EngineChoice choice) {
    try (Engine engine = choice.open(network, images.shape(), 1)) {
      int perEpoch = images.size() / size;
      for (int i = 0; i < batches; i++) {
        int start = i % perEpoch * size;
        engine.step(images.slice(start, start + size));
      }
      return engine.snapshot();
    }
  }

  /** Trained on some images; then its first batch norm was frozen, and the rest trained on. */
  static MultiLayerNetwork fineTuned(LabeledImages before) {
    MultiLayerNetwork elsewhere =
        trained(dense(recipe -> {}), before, ENOUGH, 32, EngineChoice.AUTO);
    return trained(new TransferLearning.Builder(elsewhere).setFeatureExtractor(1).build(), ENOUGH);
  }

  /** Black is white and white is black. */
  static LabeledImages inverted(LabeledImages images) {
    byte[] pixels = new byte[images.size() * images.shape().size()];
    images.pixels().get(pixels);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (255 - (pixels[i] & 0xFF));
    }
    int[] labels = IntStream.range(0, images.size()).map(images::label).toArray();
    return new LabeledImages(images.shape(), images.classes(), pixels, labels);
  }

  /** Labels that have nothing to do with the images. */
  static LabeledImages mislabelled(LabeledImages images) {
    byte[] pixels = new byte[images.size() * images.shape().size()];
    images.pixels().get(pixels);
    int[] labels = IntStream.range(0, images.size()).map(i -> i * 7 % 10).toArray();
    return new LabeledImages(images.shape(), images.classes(), pixels, labels);
  }
}
