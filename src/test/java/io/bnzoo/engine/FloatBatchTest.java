package io.bnzoo.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.zoo.BatchNormModel;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.InitialWeights;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Batches of Deeplearning4j's, whose features are any floats. */
class FloatBatchTest {
  private static final LabeledImages IMAGES = TestDigits.draw(20, 8);

  static Stream<BatchNormModel> models() {
    return Stream.of(
        ThreeLayerMlp.builder().build(),
        ThreeLayerMlp.builder().normalization(Normalization.lowLevel()).build(),
        DeepCnn.builder().normalization(Normalization.batchNorm()).build(),
        DeepCnn.builder()
            .normalization(Normalization.batchNorm())
            .dataFormat(CNN2DFormat.NCHW)
            .build());
  }

  static Stream<Arguments> modelsOnEngines() {
    return models()
        .flatMap(
            model ->
                Stream.of(EngineChoice.DL4J, EngineChoice.ONEDNN)
                    .map(engine -> Arguments.of(model, engine)));
  }

  private static Engine open(EngineChoice choice, BatchNormModel model) {
    return choice.open(model.init(), ImageShape.MNIST, 1);
  }

  @ParameterizedTest
  @MethodSource("modelsOnEngines")
  void theSamePixelsAsFloatsGiveTheSameBits(BatchNormModel model, EngineChoice choice) {
    DataSet batch = new DataSet(IMAGES.images(), IMAGES.oneHotLabels());
    try (Engine bytes = open(choice, model);
        Engine floats = open(choice, model)) {
      for (int step = 0; step < 3; step++) {
        assertThat(floats.step(batch)).isEqualTo(bytes.step(IMAGES));
      }
      assertThat(floats.logits(batch, Statistics.RUNNING).values())
          .isEqualTo(bytes.logits(IMAGES, Statistics.RUNNING).values());
      ArrayAssert.assertSameBits(floats.snapshot().params(), bytes.snapshot().params());
    }
  }

  /** Red, green and blue told apart, whatever the order that they come in. */
  @ParameterizedTest
  @MethodSource("modelsOnEngines")
  void colouredImagesGiveTheSameBitsInEveryAxisOrder(BatchNormModel model, EngineChoice choice) {
    ImageShape shape = ImageShape.withChannels(3).height(32).width(30);
    byte[] pixels = new byte[8 * shape.size()];
    new Random(4).nextBytes(pixels);
    LabeledImages images = new LabeledImages(shape, 10, pixels, new int[8]);
    MultiLayerNetwork network = coloured(model, shape);
    INDArray channelsFirst = images.images().reshape('c', 8, 3, 32, 30);
    INDArray channelsLast = channelsFirst.permute(0, 2, 3, 1).castTo(DataType.DOUBLE);
    try (Engine engine = choice.open(network, shape, 1)) {
      float[] expected = engine.logits(images, Statistics.RUNNING).values();
      for (INDArray features : List.of(channelsFirst, channelsLast, images.images())) {
        DataSet batch = new DataSet(features, null);
        assertThat(engine.logits(batch, Statistics.RUNNING).values()).isEqualTo(expected);
      }
    }
  }

  private static MultiLayerNetwork coloured(BatchNormModel model, ImageShape shape) {
    NetworkSpec spec = model.spec();
    return spec.model().equals("mlp")
        ? ThreeLayerMlp.builder().normalization(spec.normalization()).input(shape).build().init()
        : DeepCnn.builder()
            .normalization(spec.normalization())
            .dataFormat(spec.dataFormat())
            .input(shape)
            .build()
            .init();
  }

  /** Values from -40 to 40, in the axis order of a reader of images. */
  private static DataSet normal(int count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count * 784];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (10 * random.nextGaussian());
    }
    INDArray labels = Nd4j.zeros(count, 10);
    IntStream.range(0, count).forEach(i -> labels.putScalar(i, i % 10, 1));
    return new DataSet(Nd4j.createFromArray(values).reshape('c', count, 1, 28, 28), labels);
  }

  @ParameterizedTest
  @MethodSource("models")
  void bothEnginesComputeTheSameOfAnyValues(BatchNormModel model) {
    try (Engine fast = open(EngineChoice.ONEDNN, model);
        Engine reference = open(EngineChoice.DL4J, model)) {
      DataSet others = normal(9, 77);
      ArrayAssert.assertClose(
          fast.logits(others, Statistics.BATCH).array(),
          reference.logits(others, Statistics.BATCH).array(),
          1e-3,
          1e-3);
      for (int step = 0; step < 3; step++) {
        DataSet batch = normal(step == 2 ? 13 : 30, step); // The last one is smaller.
        double loss = reference.step(batch);
        // The deep CNN's last layers, with few values a channel, magnify rounding.
        assertThat(fast.step(batch)).isCloseTo(loss, within((step == 0 ? 1e-4 : 3e-2) * loss));
      }
    }
  }

  /** Sums of such values overflow, and oneDNN's ReLU would make 0 of the NaN. */
  @ParameterizedTest
  @EnumSource(names = {"DL4J", "ONEDNN"})
  void valuesThatOverflowOrAreNaNSpoilTheirOwnImagesOnly(EngineChoice choice) {
    DataSet batch = normal(4, 5);
    batch.getFeatures().slice(1).muli(1e37);
    batch.getFeatures().putScalar(new int[] {3, 0, 14, 14}, Double.NaN);
    MultiLayerNetwork network =
        ThreeLayerMlp.builder().initialWeights(InitialWeights.normal(1)).build().init();
    try (Engine engine = choice.open(network, ImageShape.MNIST, 1)) {
      Logits logits = engine.logits(batch, Statistics.RUNNING);
      assertThat(
              IntStream.range(0, 4)
                  .mapToObj(image -> Float.isNaN(logits.values()[image * 10]))
                  .toList())
          .isEqualTo(Arrays.asList(false, true, false, true));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"DL4J", "ONEDNN"})
  void batchesThatDoNotFitAreRefusedAndChangeNothing(EngineChoice choice) {
    MultiLayerNetwork network = ThreeLayerMlp.builder().build().init();
    INDArray before = network.params().dup();
    try (Engine engine = choice.open(network, ImageShape.MNIST, 1)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> engine.step(new DataSet(Nd4j.zeros(4, 700), Nd4j.eye(4))))
          .withMessageContaining("or [N, 784], got [4, 700]");
      DataSet otherClasses = normal(4, 1);
      otherClasses.setLabels(Nd4j.eye(4));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> engine.step(otherClasses))
          .withMessageStartingWith("the network has 10 outputs and the images 4 classes");
    }
    ArrayAssert.assertSameBits(network.params(), before);
  }
}
