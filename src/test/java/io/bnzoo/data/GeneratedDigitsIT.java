package io.bnzoo.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.engine.Dl4jEngine;
import io.bnzoo.engine.Engine;
import io.bnzoo.train.Training;
import io.bnzoo.zoo.TrainingPlan;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;

/** The generated digits are hard enough to be worth something, and no harder. */
@Timeout(value = 10, unit = TimeUnit.MINUTES) // Against a hang; far above what it takes.
class GeneratedDigitsIT {
  private static ImageDataset digits;

  @BeforeAll
  static void load() throws IOException {
    NativeBackend.useThreads(Runtime.getRuntime().availableProcessors());
    digits = DigitLibrary.standard().load(new DataChoice.Generated());
  }

  @Test
  void aLinearClassifierStaysBelow93Percent() {
    double accuracy = testAccuracy(builder().list().layer(output()), 6_000);
    assertThat(accuracy).isBetween(0.5, 0.93);
  }

  @Test
  void aSmallConvolutionalNetworkPasses97Percent() {
    NeuralNetConfiguration.ListBuilder layers =
        builder()
            .list()
            .layer(convolution(16))
            .layer(convolution(32))
            .layer(new DenseLayer.Builder().nOut(64).activation(Activation.RELU).build())
            .layer(output());
    assertThat(testAccuracy(layers, 1_300)).isGreaterThan(0.97);
  }

  private static NeuralNetConfiguration.Builder builder() {
    return new NeuralNetConfiguration.Builder().seed(1).updater(new Adam(0.002));
  }

  private static ConvolutionLayer convolution(int maps) {
    return new ConvolutionLayer.Builder(5, 5)
        .stride(2, 2)
        .nOut(maps)
        .activation(Activation.RELU)
        .build();
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build();
  }

  private static double testAccuracy(NeuralNetConfiguration.ListBuilder layers, int batches) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(layers.setInputType(InputType.convolutionalFlat(28, 28, 1)).build());
    network.init();
    TrainingPlan plan =
        TrainingPlan.builder()
            .batches(batches)
            .batchSize(128)
            .validationEvery(batches)
            .trainingEvery(batches)
            .singleImages(1)
            .build();
    try (Engine engine = new Dl4jEngine(network, ImageShape.MNIST)) {
      return Training.of(digits, plan).runOn(engine).finals().orElseThrow().test().accuracy();
    }
  }
}
