package io.bnzoo.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

class LogitLossTest {
  private static final int CLASSES = LabeledImages.CLASSES;
  private static final LabeledImages IMAGES = TestDigits.draw(30, 8);

  /** Of moderate size, where the probabilities themselves are exact enough for an oracle. */
  private static final float[] VALUES = values();

  private static final LogitLoss SOFTMAX =
      OutputLoss.of(ThreeLayerMlp.builder().build().conf()).ofLogits();
  private static final LogitLoss SIGMOID =
      OutputLoss.of(DeepCnn.builder().build().conf()).ofLogits();

  private static float[] values() {
    Random random = new Random(4);
    float[] values = new float[30 * CLASSES];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (3 * random.nextGaussian());
    }
    return values;
  }

  @Test
  void theSoftmaxLossIsMinusTheLogarithmOfTheRightAnswersProbability() {
    double expected =
        IntStream.range(0, 30)
            .mapToDouble(i -> -Math.log(exp(i, IMAGES.label(i)) / exponentials(i)))
            .average()
            .orElseThrow();
    assertThat(SOFTMAX.mean(new Logits(VALUES, CLASSES), IMAGES))
        .isCloseTo(expected, within(1e-12));
  }

  @Test
  void theSigmoidLossIsMinusTheMeanLogarithmOfEveryAnswersProbability() {
    double expected =
        IntStream.range(0, 30 * CLASSES)
            .mapToDouble(i -> -Math.log(probability(i / CLASSES, i % CLASSES)))
            .average()
            .orElseThrow();
    // Its weights are tenths in single precision.
    assertThat(SIGMOID.mean(new Logits(VALUES, CLASSES), IMAGES))
        .isCloseTo(expected, within(1e-7 * expected));
  }

  @Test
  void aClassCountsAsMuchAsTheLossWeighsIt() {
    double[] weights = IntStream.range(0, CLASSES).mapToDouble(k -> k / 4.0).toArray();
    LogitLoss loss = of(new LossBinaryXENT(Nd4j.createFromArray(weights)), Activation.SIGMOID);
    double expected =
        IntStream.range(0, 30 * CLASSES)
                .mapToDouble(
                    i -> -weights[i % CLASSES] * Math.log(probability(i / CLASSES, i % CLASSES)))
                .sum()
            / 30;
    assertThat(loss.mean(new Logits(VALUES, CLASSES), IMAGES))
        .isCloseTo(expected, within(1e-12 * expected));
  }

  @Test
  void weightsForOtherClassesAreRefused() {
    LogitLoss loss = of(new LossBinaryXENT(Nd4j.ones(3)), Activation.SIGMOID);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> loss.mean(new Logits(VALUES, CLASSES), IMAGES))
        .withMessage("the loss weighs 3 classes, got 10");
  }

  @Test
  void lossesAreExactWhereAProbabilityWouldBeZeroOrOne() {
    Logits logits = oneHot(3, 200);
    assertThat(SOFTMAX.mean(logits, showing(5))).isCloseTo(200, within(1e-9));
    assertThat(SOFTMAX.mean(logits, showing(3))).isCloseTo(0, within(1e-9));
    assertThat(SIGMOID.mean(logits, showing(5)))
        .isCloseTo((9 * Math.log(2) + 200) / 10, within(1e-5));
  }

  @Test
  void noLossIsFiniteWhereALogitOfAnyClassIsNot() {
    for (float value : new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN}) {
      for (int digit : new int[] {3, 5}) {
        assertThat(Double.isFinite(SOFTMAX.mean(oneHot(3, value), showing(digit)))).isFalse();
        assertThat(Double.isFinite(SIGMOID.mean(oneHot(3, value), showing(digit)))).isFalse();
      }
    }
  }

  @Test
  void theSigmoidLossIsTheMeanOverOtherNumbersOfClassesToo() {
    MultiLayerNetwork ten = DeepCnn.builder().build().init();
    MultiLayerNetwork five =
        new TransferLearning.Builder(ten)
            .nOutReplace(ten.getnLayers() - 1, 5, WeightInit.XAVIER)
            .build();
    CrossEntropy loss =
        OutputLoss.of(five.getLayerWiseConfigurations()).crossEntropy().orElseThrow();
    assertThat(loss.mean(new Logits(new float[5], 5), image -> 3, new float[5]))
        .isCloseTo(Math.log(2), within(1e-7));
  }

  @Test
  void anotherLossIsLeftToDeeplearning4j() {
    float[] ones = new float[CLASSES];
    Arrays.fill(ones, 1);
    // Nine classes are off by one.
    assertThat(of(new LossMSE(), Activation.IDENTITY).mean(new Logits(ones, CLASSES), showing(2)))
        .isCloseTo(0.9, within(1e-6));
  }

  private static LogitLoss of(ILossFunction function, Activation activation) {
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(
                new OutputLayer.Builder(function)
                    .nIn(784)
                    .nOut(CLASSES)
                    .activation(activation)
                    .build())
            .build();
    return OutputLoss.of(configuration).ofLogits();
  }

  private static double exp(int image, int k) {
    return Math.exp(VALUES[image * CLASSES + k]);
  }

  private static double exponentials(int image) {
    return IntStream.range(0, CLASSES).mapToDouble(k -> exp(image, k)).sum();
  }

  /** That a sigmoid gives to what is so: that the image shows a digit, or does not. */
  private static double probability(int image, int k) {
    double yes = exp(image, k) / (1 + exp(image, k));
    return IMAGES.label(image) == k ? yes : 1 - yes;
  }

  private static Logits oneHot(int k, float value) {
    float[] values = new float[CLASSES];
    values[k] = value;
    return new Logits(values, CLASSES);
  }

  private static LabeledImages showing(int digit) {
    return new LabeledImages(new byte[LabeledImages.PIXELS], new byte[] {(byte) digit});
  }
}
