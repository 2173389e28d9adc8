package io.bnzoo.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.zoo.BatchNormModel;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.ModelBuilder;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Images of other sizes, channels and classes than MNIST's, on both engines. */
class AnyImagesTest {
  private static final ImageShape COLOURED = ImageShape.withChannels(3).height(32).width(32);
  private static final ImageShape ODD = ImageShape.withChannels(2).height(13).width(9);

  /** Wide enough that the deep CNN leaves two columns of it, where it leaves one of a digit. */
  private static final ImageShape GREY = ImageShape.withChannels(1).height(12).width(72);

  private static LabeledImages images(ImageShape shape, int classes, int count, long seed) {
    Random random = new Random(seed);
    byte[] pixels = new byte[count * shape.size()];
    random.nextBytes(pixels);
    return new LabeledImages(shape, classes, pixels, random.ints(count, 0, classes).toArray());
  }

  static Stream<Arguments> models() {
    return Stream.of(COLOURED, ODD, GREY)
        .flatMap(
            shape ->
                Stream.of(Normalization.none(), Normalization.batchNorm(), Normalization.lowLevel())
                    .flatMap(
                        normalization ->
                            Stream.of(
                                    ThreeLayerMlp.builder(),
                                    DeepCnn.builder().dataFormat(CNN2DFormat.NCHW),
                                    DeepCnn.builder().dataFormat(CNN2DFormat.NHWC))
                                .map(
                                    builder ->
                                        Arguments.of(
                                            shape, configured(builder, normalization, shape)))));
  }

  private static BatchNormModel configured(
      ModelBuilder<?, ?> builder, Normalization normalization, ImageShape shape) {
    return builder.normalization(normalization).input(shape).classes(7).seed(3).build();
  }

  @ParameterizedTest
  @MethodSource("models")
  void bothEnginesComputeTheSame(ImageShape shape, BatchNormModel model) {
    LabeledImages batch = images(shape, 7, 6, 1);
    try (Engine fast = new OneDnnEngine(model.init(), shape, 1);
        Engine reference = new Dl4jEngine(model.init(), shape)) {
      assertThat(fast.step(batch)).isCloseTo(reference.step(batch), within(1e-4));
      // Six images leave few values a channel in the last layers, which magnify rounding.
      assertThat(fast.step(batch)).isCloseTo(reference.step(batch), within(2e-2));
    }
    try (Engine fast = new OneDnnEngine(model.init(), shape, 1);
        Engine reference = new Dl4jEngine(model.init(), shape)) {
      fast.load(reference.snapshot());
      float[] ours = fast.logits(batch, Statistics.BATCH).values();
      float[] theirs = reference.logits(batch, Statistics.BATCH).values();
      assertThat(ours).hasSize(6 * 7);
      for (int i = 0; i < ours.length; i++) {
        assertThat(ours[i]).as("logit %d", i).isCloseTo(theirs[i], within(1e-3f));
      }
    }
  }

  /** A pixel must be in its place: an order of axes taken for another would pass unnoticed else. */
  @Test
  void deeplearning4jsOwnArraysGiveTheSameLogits() {
    LabeledImages batch = images(ODD, 7, 4, 2);
    MultiLayerNetwork network =
        configured(DeepCnn.builder().dataFormat(CNN2DFormat.NHWC), Normalization.none(), ODD)
            .init();
    INDArray channelsLast = Nd4j.create(4, ODD.height(), ODD.width(), ODD.channels());
    for (int image = 0; image < 4; image++) {
      byte[] pixels = batch.pixels(image);
      for (int channel = 0; channel < ODD.channels(); channel++) {
        for (int row = 0; row < ODD.height(); row++) {
          for (int column = 0; column < ODD.width(); column++) {
            int level = pixels[(channel * ODD.height() + row) * ODD.width() + column] & 0xFF;
            channelsLast.putScalar(image, row, column, channel, level / 255f);
          }
        }
      }
    }
    INDArray probabilities = network.output(channelsLast);
    try (Engine engine = new OneDnnEngine(network, ODD, 1)) {
      float[] logits = engine.logits(batch, Statistics.RUNNING).values();
      for (int i = 0; i < logits.length; i++) {
        assertThat(1 / (1 + Math.exp(-logits[i])))
            .isCloseTo(probabilities.getDouble(i / 7, i % 7), within(1e-5));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void whatDoesNotFitIsRefusedBeforeAnythingTrains(ImageShape shape, BatchNormModel model) {
    for (EngineChoice choice : EngineChoice.values()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> choice.open(model.init(), ImageShape.MNIST, 1))
          .withMessageStartingWith(
              "the network takes no images of 28 x 28 pixels and one channel: ");
      MultiLayerNetwork network = model.init();
      INDArray before = network.params().dup();
      try (Engine engine = choice.open(network, shape, 1)) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> engine.step(images(shape, 8, 6, 1)))
            .withMessageContaining("the network has 7 outputs and the images 8 classes");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> engine.step(images(ImageShape.MNIST, 7, 6, 1)))
            .withMessageContaining("opened for images of " + shape.description())
            .withMessageEndingWith("got 28 x 28 pixels and one channel");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> engine.logits(images(ImageShape.MNIST, 7, 6, 1), Statistics.RUNNING));
        ArrayAssert.assertSameBits(engine.snapshot().params(), before);
      }
    }
  }

  /** Deeplearning4j would take values of NCHW for those of NHWC without a word. */
  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void aNetworkThatFlattensImagesIsGivenThemInItsOrder(CNN2DFormat format) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .list()
                .layer(new DenseLayer.Builder().nOut(5).activation(Activation.TANH).build())
                .layer(new OutputLayer.Builder().nOut(7).activation(Activation.SOFTMAX).build())
                .setInputType(
                    InputType.convolutional(ODD.height(), ODD.width(), ODD.channels(), format))
                .build());
    network.init();
    LabeledImages batch = images(ODD, 7, 4, 2);
    INDArray channelsFirst =
        batch.images().reshape('c', 4, ODD.channels(), ODD.height(), ODD.width());
    INDArray given =
        format == CNN2DFormat.NCHW ? channelsFirst : channelsFirst.permute(0, 2, 3, 1).dup('c');
    INDArray expected = network.output(given);
    for (EngineChoice choice : EngineChoice.values()) {
      try (Engine engine = choice.open(network, ODD, 1)) {
        Logits logits = engine.logits(batch, Statistics.RUNNING);
        for (int image = 0; image < 4; image++) {
          double[] exponentials = new double[7];
          for (int k = 0; k < 7; k++) {
            exponentials[k] = Math.exp(logits.values()[image * 7 + k]);
          }
          for (int k = 0; k < 7; k++) {
            assertThat(exponentials[k] / Arrays.stream(exponentials).sum())
                .as("%s, image %d, class %d", choice, image, k)
                .isCloseTo(expected.getDouble(image, k), within(1e-5));
          }
        }
      }
    }
    ImageInput taken = ImageInput.of(network.toComputationGraph(), ODD);
    assertThat(taken).isEqualTo(format == CNN2DFormat.NCHW ? ImageInput.FLAT : ImageInput.NHWC);
  }
}
