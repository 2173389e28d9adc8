package io.bnzoo.engine;

import static io.bnzoo.engine.Networks.network;
import static io.bnzoo.engine.Networks.output;
import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class BatchCheckTest {
  private static final LabeledImages IMAGES = TestDigits.draw(20, 5);

  @ParameterizedTest
  @ValueSource(ints = {3, 9, 12})
  void aStepNamesTheOutputsAndTheClassesThatDiffer(int outputs) {
    String expected =
        "the network has "
            + outputs
            + " outputs and the images 10 classes: give its last layer 10 outputs";
    assertThat(
            BothEngines.refusal(
                ThreeLayerMlp.builder().classes(outputs).build().init(),
                engine -> engine.step(IMAGES)))
        .isEqualTo(expected);
    assertThat(
            BothEngines.refusal(
                DeepCnn.builder().classes(outputs).build().init(), engine -> engine.step(IMAGES)))
        .isEqualTo(expected);
  }

  @Test
  void aRefusedStepLeavesTheNetworkAsItIs() {
    MultiLayerNetwork network = ThreeLayerMlp.builder().classes(3).build().init();
    INDArray before = network.params().dup();
    BothEngines.refusal(network, engine -> engine.step(IMAGES));
    ArrayAssert.assertSameBits(network.params(), before);
    assertThat(network.getIterationCount()).isZero();
  }

  @Test
  void aLossNamesTheShapesThatDiffer() {
    MultiLayerNetwork network = ThreeLayerMlp.builder().classes(3).build().init();
    assertThat(
            BothEngines.refusal(
                network,
                engine -> engine.loss().mean(engine.logits(IMAGES, Statistics.RUNNING), IMAGES)))
        .isEqualTo(
            "a loss needs logits and labels of one shape, [images,classes], got [20, 3] and [20,"
                + " 10]");
    assertThat(
            BothEngines.refusal(
                network,
                engine -> engine.loss().mean(new Logits(new float[20], 10), IMAGES.slice(0, 3))))
        .contains("got [2, 10] and [3, 10]");
  }

  @Test
  void aBatchOfNoImageIsRefused() {
    MultiLayerNetwork network = DeepCnn.builder().build().init();
    LabeledImages none = IMAGES.slice(0, 0);
    String expected = "a batch needs at least 1 image, got none";
    assertThat(BothEngines.refusal(network, engine -> engine.step(none))).isEqualTo(expected);
    for (Statistics statistics : Statistics.values()) {
      assertThat(BothEngines.refusal(network, engine -> engine.logits(none, statistics)))
          .isEqualTo(expected);
    }
  }

  @Test
  void oneImageIsRefusedWhereDeeplearning4jNormalizesFeatures() {
    MultiLayerNetwork mlp =
        ThreeLayerMlp.builder().normalization(Normalization.batchNorm()).build().init();
    assertThat(BothEngines.refusal(mlp, engine -> engine.step(IMAGES.slice(0, 1))))
        .isEqualTo(
            "BatchNormalization fc1-bn cannot be trained on a batch of 1 image, in which a feature"
                + " has no variance: use at least 2");
  }

  static Stream<Normalization> normalizations() {
    return Stream.of(Normalization.none(), Normalization.batchNorm(), Normalization.lowLevel());
  }

  @ParameterizedTest
  @MethodSource("normalizations")
  void theLastFewImagesGiveTheSameOnBothEngines(Normalization normalization) {
    MultiLayerNetwork network = ThreeLayerMlp.builder().normalization(normalization).build().init();
    for (int size : new int[] {1, 2, 3, 7}) {
      LabeledImages batch = IMAGES.slice(20 - size, 20);
      if (size > 1 || !(normalization instanceof Normalization.BatchNorm)) {
        BothEngines.answer(network, 2e-3, BothEngines.training(batch, 1));
      }
      BothEngines.answer(
          network, 1e-4, engine -> List.of(engine.logits(batch, Statistics.BATCH).array()));
    }
  }

  @Test
  void oneImageTrainsAlikeWhereChannelsHaveManyPixels() {
    MultiLayerNetwork network =
        network(
            new NeuralNetConfiguration.Builder().seed(3).updater(new Sgd(0.1)),
            InputType.convolutional(28, 28, 1),
            new ConvolutionLayer.Builder(3, 3)
                .stride(3, 3)
                .nOut(3)
                .activation(Activation.IDENTITY)
                .build(),
            new BatchNormalization.Builder().useLogStd(false).build(),
            new ActivationLayer(Activation.TANH),
            output(LossFunctions.LossFunction.MCXENT, Activation.SOFTMAX));
    BothEngines.answer(network, 1e-3, BothEngines.training(IMAGES.slice(3, 4), 2));
  }
}
