package io.bnzoo.engine;

import static io.bnzoo.engine.Networks.network;
import static io.bnzoo.engine.Networks.output;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Dropout on oneDNN's engine, which draws other masks than Deeplearning4j. */
class DropoutTest {
  private static final LabeledImages BATCH = TestDigits.draw(6, 4);

  private static NeuralNetConfiguration.Builder builder(long seed) {
    return new NeuralNetConfiguration.Builder().seed(seed).updater(new Sgd(0.1));
  }

  private static MultiLayerNetwork linear(long seed, double keep) {
    return network(
        builder(seed),
        InputType.feedForward(784),
        new DropoutLayer(keep),
        output(LossFunctions.LossFunction.MCXENT, Activation.SOFTMAX));
  }

  static Stream<MultiLayerNetwork> networks() {
    return Stream.of(
        linear(3, 0.5),
        network(
            builder(3),
            InputType.convolutional(28, 28, 1),
            new ConvolutionLayer.Builder(3, 3)
                .stride(2, 2)
                .nOut(4)
                .activation(Activation.TANH)
                .build(),
            new ConvolutionLayer.Builder(3, 3)
                .nOut(3)
                .activation(Activation.TANH)
                .dropOut(0.8)
                .build(),
            new DenseLayer.Builder().nOut(8).activation(Activation.TANH).dropOut(0.6).build(),
            output(LossFunctions.LossFunction.MCXENT, Activation.SOFTMAX)));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void predictionsDropNothing(MultiLayerNetwork network) {
    BothEngines.answer(
        network, 1e-5, engine -> List.of(engine.logits(BATCH, Statistics.RUNNING).array()));
  }

  /**
   * The mask of one image: of a linear layer the gradient is the product of what it is given with
   * that of its bias.
   */
  private static double[] mask(MultiLayerNetwork network) {
    INDArray gradients;
    LabeledImages image = BATCH.slice(0, 1);
    try (OneDnnEngine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      engine.step(image);
      gradients = engine.gradients();
    }
    float[] pixels = image.images().data().asFloat();
    // [in,out] in column-major order, then the bias.
    double ofBias = gradients.getDouble(7840);
    double[] mask = new double[784];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = pixels[i] == 0 ? Double.NaN : gradients.getDouble(i) / ofBias / pixels[i];
    }
    return Arrays.stream(mask).filter(each -> !Double.isNaN(each)).toArray();
  }

  @Test
  void valuesAreKeptWithTheProbabilityAndDividedByIt() {
    int kept = 0;
    int all = 0;
    for (int seed = 0; seed < 12; seed++) {
      for (double each : mask(linear(seed, 0.7))) {
        assertThat(each)
            .satisfiesAnyOf(
                value -> assertThat(value).isZero(),
                value -> assertThat(value).isCloseTo(1 / 0.7, within(1e-4)));
        kept += each > 0 ? 1 : 0;
        all++;
      }
    }
    double deviation = Math.sqrt(0.7 * 0.3 / all);
    assertThat((double) kept / all).isCloseTo(0.7, within(4 * deviation));
  }

  @Test
  void masksDifferByStepAndSeedAndComeAgain() {
    MultiLayerNetwork network = linear(3, 0.5);
    double[] first = mask(network);
    double[] second = mask(network); // The step before has been counted.
    assertThat(network.getIterationCount()).isEqualTo(2);
    assertThat(second).isNotEqualTo(first);
    assertThat(mask(linear(4, 0.5))).isNotEqualTo(first);
    assertThat(mask(linear(3, 0.5))).isEqualTo(first);
  }

  /** A step's loss is that of a fixed mask, so that its gradient can be measured. */
  @ParameterizedTest
  @MethodSource("networks")
  void gradientsAreThoseOfTheLossWithTheMask(MultiLayerNetwork network) {
    INDArray gradients;
    try (OneDnnEngine engine = new OneDnnEngine(network.clone(), ImageShape.MNIST, 1)) {
      engine.step(BATCH);
      gradients = engine.gradients();
    }
    float step = 0.02f;
    for (long i = 0; i < network.numParams(); i += 1 + network.numParams() / 40) {
      double slope = (loss(network, i, step) - loss(network, i, -step)) / (2 * step);
      assertThat(gradients.getDouble(i)).as("parameter %d", i).isCloseTo(slope, within(2e-3));
    }
  }

  private static double loss(MultiLayerNetwork network, long parameter, float change) {
    MultiLayerNetwork changed = network.clone();
    changed.params().putScalar(parameter, changed.params().getFloat(parameter) + change);
    try (Engine engine = new OneDnnEngine(changed, ImageShape.MNIST, 1)) {
      return engine.step(BATCH);
    }
  }

  @Test
  void aTrainingThatIsResumedDropsTheSame() {
    MultiLayerNetwork whole = linear(3, 0.5);
    MultiLayerNetwork parts = whole.clone();
    try (Engine engine = new OneDnnEngine(whole, ImageShape.MNIST, 1)) {
      for (int i = 0; i < 4; i++) {
        engine.step(BATCH);
      }
    }
    for (int part = 0; part < 2; part++) {
      try (Engine engine = new OneDnnEngine(parts, ImageShape.MNIST, 1)) {
        engine.step(BATCH);
        engine.step(BATCH);
      }
    }
    ArrayAssert.assertSameBits(parts.params(), whole.params());
  }
}
