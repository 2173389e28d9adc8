package io.bnzoo.engine;

import static io.bnzoo.engine.Networks.network;
import static io.bnzoo.engine.Networks.output;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.BatchStream;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import io.bnzoo.experiment.Variants;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

class OneDnnEngineTest {
  private static final LabeledImages IMAGES = TestDigits.draw(300, 5);
  private static final LabeledImages BATCH = IMAGES.slice(0, 20);

  static Stream<Normalization> variants() {
    return Variants.all().stream();
  }

  @ParameterizedTest
  @MethodSource("variants")
  void theMlpTrainsAsWithDeeplearning4j(Normalization variant) {
    MultiLayerNetwork network = ThreeLayerMlp.builder().normalization(variant).build().init();
    assertTrainsAlike(network, 50, 60, 1e-5, 1e-5);
  }

  static Stream<Arguments> settings() {
    List<Arguments> settings = new ArrayList<>();
    for (Activation activation :
        List.of(Activation.RELU, Activation.SIGMOID, Activation.TANH, Activation.IDENTITY)) {
      settings.add(Arguments.of(activation, new Sgd(0.1), 0.0));
      settings.add(Arguments.of(activation, new Nesterovs(0.05, 0.9), 0.0));
      settings.add(Arguments.of(activation, new Adam(0.001), 0.0));
    }
    settings.add(Arguments.of(Activation.RELU, new Sgd(0.1), 0.01));
    settings.add(Arguments.of(Activation.TANH, new Nesterovs(0.05, 0.9), 0.01));
    settings.add(Arguments.of(Activation.SIGMOID, new Adam(0.001), 0.01));
    settings.add(
        Arguments.of(
            Activation.TANH,
            new Sgd(new ExponentialSchedule(ScheduleType.ITERATION, 0.2, 0.9)),
            0.0));
    return settings.stream();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void activationsOptimizersAndL2AreDeeplearning4js(
      Activation activation, IUpdater updater, double l2) {
    MultiLayerNetwork network =
        network(
            new NeuralNetConfiguration.Builder().seed(7).updater(updater).l2(l2),
            InputType.feedForward(784),
            new DenseLayer.Builder().nOut(30).activation(activation).build(),
            new BatchNormalization.Builder().useLogStd(false).decay(0.7).eps(1e-3).build(),
            new DenseLayer.Builder().nOut(20).activation(Activation.IDENTITY).build(),
            new BatchNormalization.Builder().useLogStd(false).build(),
            new ActivationLayer(activation),
            output(LossFunctions.LossFunction.MCXENT, Activation.SOFTMAX));
    assertTrainsAlike(network, 20, 30, 2e-5, updater instanceof Adam ? 2e-3 : 2e-4);
  }

  static Stream<Arguments> convolutions() {
    List<Arguments> convolutions = new ArrayList<>();
    for (CNN2DFormat format : CNN2DFormat.values()) {
      for (int channels : List.of(3, 8, 16)) {
        convolutions.add(Arguments.of(format, ConvolutionMode.Same, channels, 3, 2, 0));
      }
      convolutions.add(Arguments.of(format, ConvolutionMode.Same, 4, 5, 1, 0));
      convolutions.add(Arguments.of(format, ConvolutionMode.Same, 20, 2, 1, 0));
      convolutions.add(Arguments.of(format, ConvolutionMode.Truncate, 5, 3, 1, 0));
      convolutions.add(Arguments.of(format, ConvolutionMode.Truncate, 6, 4, 3, 0));
      convolutions.add(Arguments.of(format, ConvolutionMode.Truncate, 7, 3, 2, 1));
    }
    return convolutions.stream();
  }

  /**
   * The last convolution has one pixel. The judge is double precision: with oneDNN,
   * Deeplearning4j's own gradient of a convolution of NHWC is wrong where the layer itself has the
   * activation.
   */
  @ParameterizedTest
  @MethodSource("convolutions")
  void convolutionsOfAnyGeometryAreDeeplearning4js(
      CNN2DFormat format, ConvolutionMode mode, int channels, int kernel, int stride, int padding) {
    ConvolutionLayer.Builder first =
        new ConvolutionLayer.Builder(kernel, kernel).stride(stride, stride);
    ConvolutionLayer.Builder second = new ConvolutionLayer.Builder(3, 3).stride(3, 3);
    ConvolutionLayer.Builder third = new ConvolutionLayer.Builder(3, 3).stride(4, 4);
    MultiLayerNetwork network =
        network(
            new NeuralNetConfiguration.Builder().seed(3).updater(new Sgd(0.05)),
            InputType.convolutional(28, 28, 1, format),
            first
                .convolutionMode(mode)
                .padding(padding, padding)
                .dataFormat(format)
                .nOut(channels)
                .activation(Activation.RELU)
                .build(),
            new BatchNormalization.Builder().useLogStd(false).build(),
            second
                .convolutionMode(ConvolutionMode.Same)
                .dataFormat(format)
                .hasBias(false)
                .nOut(channels + 1)
                .activation(Activation.IDENTITY)
                .build(),
            new BatchNormalization.Builder().useLogStd(false).build(),
            new ActivationLayer(Activation.RELU),
            third
                .convolutionMode(ConvolutionMode.Same)
                .dataFormat(format)
                .nOut(6)
                .activation(Activation.TANH)
                .build(),
            output(LossFunctions.LossFunction.XENT, Activation.SIGMOID));
    LabeledImages batch = IMAGES.slice(0, 25);
    INDArray exact = ofWeights(exactGradient(network, batch), network);
    try (OneDnnEngine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      engine.step(batch);
      assertThat(distance(ofWeights(engine.gradients(), network), exact)).isLessThan(1e-4);
    }
  }

  static Stream<Arguments> pixelConvolutions() {
    return Stream.of(
        Arguments.of(3, 1, ConvolutionMode.Same, 0),
        Arguments.of(4, 2, ConvolutionMode.Same, 0),
        Arguments.of(1, 1, ConvolutionMode.Truncate, 0),
        Arguments.of(3, 5, ConvolutionMode.Truncate, 2),
        Arguments.of(3, 5, ConvolutionMode.Truncate, 3));
  }

  /** Of the kernel one place meets the pixel, or none at all; the rest shrinks by l2. */
  @ParameterizedTest
  @MethodSource("pixelConvolutions")
  void convolutionsOfOnePixelTrainAsWithDeeplearning4j(
      int kernel, int stride, ConvolutionMode mode, int padding) {
    MultiLayerNetwork network =
        network(
            new NeuralNetConfiguration.Builder().seed(3).updater(new Nesterovs(0.05, 0.9)).l2(0.01),
            InputType.convolutional(28, 28, 1, CNN2DFormat.NHWC),
            new ConvolutionLayer.Builder(28, 28)
                .dataFormat(CNN2DFormat.NHWC)
                .nOut(8)
                .activation(Activation.IDENTITY)
                .build(),
            new ActivationLayer(Activation.TANH),
            new ConvolutionLayer.Builder(kernel, kernel)
                .stride(stride, stride)
                .convolutionMode(mode)
                .padding(padding, padding)
                .dataFormat(CNN2DFormat.NHWC)
                .nOut(6)
                .activation(Activation.IDENTITY)
                .build(),
            new BatchNormalization.Builder().useLogStd(false).build(),
            new ActivationLayer(Activation.RELU),
            output(LossFunctions.LossFunction.MCXENT, Activation.SOFTMAX));
    assertTrainsAlike(network, 20, 30, 2e-5, 2e-4);
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void thePlainDeepCnnTrainsAsWithDeeplearning4j(CNN2DFormat format) {
    MultiLayerNetwork network = DeepCnn.builder().dataFormat(format).build().init();
    MultiLayerNetwork theirs = network.clone();
    INDArray exact = ofWeights(exactGradient(theirs, BATCH), theirs);
    try (OneDnnEngine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      engine.step(BATCH);
      assertThat(distance(engine.gradients(), exact)).isLessThan(1e-5);
    }
    MultiLayerNetwork again = theirs.clone();
    try (Engine ours = new OneDnnEngine(again, ImageShape.MNIST, 1);
        Engine reference = new Dl4jEngine(theirs, ImageShape.MNIST)) {
      BatchStream batches = new BatchStream(IMAGES, 64, 1);
      for (int step = 0; step < 20; step++) {
        LabeledImages batch = batches.next();
        double expected = reference.step(batch);
        assertThat(ours.step(batch))
            .as("step %d", step)
            .isCloseTo(expected, within(1e-3 * expected));
      }
    }
  }

  static Stream<Normalization> normalizingVariants() {
    return variants().filter(variant -> !(variant instanceof Normalization.None));
  }

  /**
   * Twenty normalizations in a row amplify rounding a thousand times, in every library. So the
   * judge is double precision, and Deeplearning4j's own distance from it the measure.
   */
  @ParameterizedTest
  @MethodSource("normalizingVariants")
  void theDeepCnnIsAsNearToExactArithmeticAsDeeplearning4jIs(Normalization variant) {
    LabeledImages batch = IMAGES.slice(0, 64);
    MultiLayerNetwork network = DeepCnn.builder().normalization(variant).build().init();
    INDArray exact = ofWeights(exactGradient(network, batch), network);
    MultiLayerNetwork theirs = network.clone();
    gradient(theirs, batch);
    double allowed = 2 * distance(ofWeights(theirs.getFlattenedGradients().dup(), network), exact);
    double theirLoss = theirs.score();
    try (OneDnnEngine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      double loss = engine.step(batch);
      assertThat(loss).isCloseTo(theirLoss, within(1e-3 * theirLoss));
      assertThat(distance(ofWeights(engine.gradients(), network), exact))
          .isLessThan(Math.max(1e-5, allowed));
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void aNetworkMovesBetweenTheEnginesInMidTraining(Normalization variant) {
    MultiLayerNetwork moved =
        ThreeLayerMlp.builder()
            .normalization(variant)
            .updater(new Nesterovs(0.01, 0.9))
            .build()
            .init();
    MultiLayerNetwork stayed = moved.clone();
    LabeledImages[] batches = batches(12, 30);
    for (int from = 0; from < 12; from += 3) {
      boolean fast = from % 2 == 0;
      try (Engine engine =
          fast
              ? new OneDnnEngine(moved, ImageShape.MNIST, 1)
              : new Dl4jEngine(moved, ImageShape.MNIST)) {
        for (int i = from; i < from + 3; i++) {
          engine.step(batches[i]);
        }
      }
    }
    try (Engine engine = new Dl4jEngine(stayed, ImageShape.MNIST)) {
      for (LabeledImages batch : batches) {
        engine.step(batch);
      }
    }
    assertThat(moved.getIterationCount()).isEqualTo(12);
    assertThat(distance(moved.params(), stayed.params())).isLessThan(1e-5);
    assertThat(
            distance(
                moved.getUpdater().getStateViewArray(), stayed.getUpdater().getStateViewArray()))
        .isLessThan(1e-4);
  }

  @Test
  void adamsMomentsGoOverToEitherSideAsTheyAre() {
    MultiLayerNetwork network =
        DeepCnn.builder().normalization(Normalization.batchNorm()).build().init();
    try (Engine engine = new Dl4jEngine(network, ImageShape.MNIST)) {
      engine.step(BATCH);
    }
    INDArray parameters = network.params().dup();
    INDArray moments = network.getUpdater().getStateViewArray().dup();
    try (OneDnnEngine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      network.params().assign(0);
      network.getUpdater().getStateViewArray().assign(0);
      engine.snapshot();
    }
    ArrayAssert.assertSameBits(network.params(), parameters);
    ArrayAssert.assertSameBits(network.getUpdater().getStateViewArray(), moments);
  }

  @Test
  void aSavedModelDoesNotTellWhichEngineTrainedIt(@TempDir Path folder) throws IOException {
    MultiLayerNetwork network =
        ThreeLayerMlp.builder().normalization(Normalization.batchNorm()).build().init();
    MultiLayerNetwork restored;
    Logits logits;
    try (Engine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      engine.step(BATCH);
      logits = engine.logits(BATCH, Statistics.RUNNING);
      ModelFiles.save(engine.snapshot(), folder.resolve("fast.zip"));
      restored = (MultiLayerNetwork) ModelFiles.load(folder.resolve("fast.zip"));
    }
    assertThat(restored.getLayerWiseConfigurations().toJson())
        .isEqualTo(network.getLayerWiseConfigurations().toJson());
    try (Engine engine = new Dl4jEngine(restored, ImageShape.MNIST)) {
      ArrayAssert.assertClose(
          engine.logits(BATCH, Statistics.RUNNING).array(), logits.array(), 1e-5, 1e-5);
    }
  }

  @Test
  void oneThreadGivesTheSameBitsAgainAlsoBesideAnother() throws Exception {
    INDArray alone = trained(1);
    ArrayAssert.assertSameBits(trained(1), alone);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Callable<INDArray> training = () -> trained(1);
      for (Future<INDArray> each : threads.invokeAll(List.of(training, training))) {
        ArrayAssert.assertSameBits(each.get(), alone);
      }
    } finally {
      threads.shutdown();
    }
  }

  /** The deep CNN of one step is far from chaos still. */
  @Test
  void twoThreadsComputeWhatOneDoes() {
    for (Normalization variant : Variants.pair()) {
      MultiLayerNetwork network = DeepCnn.builder().normalization(variant).build().init();
      MultiLayerNetwork same = network.clone();
      try (OneDnnEngine one = new OneDnnEngine(network, ImageShape.MNIST, 1);
          OneDnnEngine two = new OneDnnEngine(same, ImageShape.MNIST, 2)) {
        double loss = one.step(BATCH);
        assertThat(two.step(BATCH)).isCloseTo(loss, within(1e-4 * loss));
        assertThat(distance(two.gradients(), one.gradients())).isLessThan(5e-3);
        ArrayAssert.assertClose(
            two.logits(BATCH, Statistics.RUNNING).array(),
            one.logits(BATCH, Statistics.RUNNING).array(),
            1e-3,
            1e-3);
      }
    }
  }

  private static INDArray trained(int threads) {
    MultiLayerNetwork network =
        DeepCnn.builder().normalization(Normalization.batchNorm()).build().init();
    try (Engine engine = new OneDnnEngine(network, ImageShape.MNIST, threads)) {
      for (LabeledImages batch : batches(5, 32)) {
        engine.step(batch);
      }
      return engine.snapshot().params().dup();
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void predictionsByEitherStatisticsAreDeeplearning4jsAtAnyBatchSize(Normalization variant) {
    MultiLayerNetwork network =
        ThreeLayerMlp.builder().normalization(variant).learningRate(0.1).build().init();
    try (Engine fast = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      for (LabeledImages batch : batches(3, 60)) {
        fast.step(batch);
      }
      try (Engine reference = new Dl4jEngine(fast.snapshot(), ImageShape.MNIST)) {
        for (int size : new int[] {1, 2, 7, 60, 300}) {
          LabeledImages images = IMAGES.slice(0, size);
          for (Statistics statistics : Statistics.values()) {
            if (size > 1 || statistics == Statistics.RUNNING) {
              ArrayAssert.assertClose(
                  fast.logits(images, statistics).array(),
                  reference.logits(images, statistics).array(),
                  1e-4,
                  1e-4);
            }
          }
        }
      }
    }
  }

  @Test
  void predictionsLeaveTheNetworkAsItIs() {
    MultiLayerNetwork network =
        DeepCnn.builder().normalization(Normalization.batchNorm()).build().init();
    INDArray before = network.params().dup();
    try (Engine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      engine.logits(BATCH, Statistics.RUNNING);
      engine.logits(BATCH, Statistics.BATCH);
      ArrayAssert.assertSameBits(engine.snapshot().params(), before);
    }
    ArrayAssert.assertSameBits(network.params(), before);
  }

  @Test
  void aChangedNetworkCountsOnceItIsLoaded() {
    MultiLayerNetwork network = ThreeLayerMlp.builder().build().init();
    try (Engine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      engine.step(BATCH);
      double before = engine.loss().mean(engine.logits(BATCH, Statistics.BATCH), BATCH);
      engine.snapshot().params().assign(0);
      assertThat(engine.loss().mean(engine.logits(BATCH, Statistics.BATCH), BATCH))
          .isEqualTo(before);
      engine.load(network);
      assertThat(engine.step(BATCH)).isCloseTo(Math.log(10), within(1e-6));
      assertThat(engine.snapshot().score()).isCloseTo(Math.log(10), within(1e-6));
    }
  }

  /** A batch of another size comes after it, for which kernels are made anew. */
  @Test
  void aChangedLearningRateIsLoaded() {
    MultiLayerNetwork network =
        ThreeLayerMlp.builder()
            .normalization(Normalization.batchNorm())
            .updater(new Adam(0.01))
            .build()
            .init();
    try (Engine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      engine.step(BATCH);
      engine.snapshot().setLearningRate(0);
      engine.load(network);
      INDArray before = engine.snapshot().getParam("0_W").dup();
      engine.step(IMAGES.slice(0, 30));
      ArrayAssert.assertSameBits(engine.snapshot().getParam("0_W"), before);
    }
  }

  @Test
  void aConfigurationThatIsChangedToWhatHasNoKernelIsRefused() {
    MultiLayerNetwork network = ThreeLayerMlp.builder().build().init();
    try (Engine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      network
          .getLayerWiseConfigurations()
          .getConf(0)
          .setOptimizationAlgo(OptimizationAlgorithm.LBFGS);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> engine.load(network))
          .withMessageContaining("oneDNN cannot run this network: it is optimized by LBFGS");
    }
  }

  @Test
  void anOutputThatIsWrongBeyondClippingStillLearns() {
    MultiLayerNetwork network =
        network(
            new NeuralNetConfiguration.Builder().updater(new Sgd(1)),
            InputType.feedForward(784),
            output(LossFunctions.LossFunction.XENT, Activation.SIGMOID));
    network.params().assign(0);
    network.getParam("0_b").assign(-40);
    try (Engine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      engine.step(BATCH);
      double moved = engine.snapshot().getParam("0_b").sumNumber().doubleValue() + 400;
      assertThat(moved).as("one class an image is at 1").isCloseTo(1, within(1e-3));
    }
  }

  @Test
  void aDivergedNetworkHasALossThatIsNoNumber() {
    MultiLayerNetwork network = ThreeLayerMlp.builder().build().init();
    network.params().assign(Double.NaN);
    try (Engine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      assertThat(engine.step(BATCH)).isNaN();
    }
  }

  @Test
  void whatAnEngineTookItGivesBack() {
    openAndClose(); // What the first one leaves is there once and for all.
    long before = Pointer.totalBytes();
    for (int i = 0; i < 5; i++) {
      openAndClose();
    }
    assertThat(Pointer.totalBytes() - before).as("bytes outside the heap").isLessThan(100_000);
  }

  private static void openAndClose() {
    MultiLayerNetwork network =
        DeepCnn.builder().normalization(Normalization.batchNorm()).build().init();
    try (Engine engine = new OneDnnEngine(network, ImageShape.MNIST, 1)) {
      engine.step(BATCH);
      engine.logits(BATCH, Statistics.RUNNING);
    }
  }

  @Test
  void aClosedEngineSaysSo() {
    Engine engine = new OneDnnEngine(ThreeLayerMlp.builder().build().init(), ImageShape.MNIST, 1);
    engine.close();
    engine.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> engine.step(BATCH))
        .withMessage("the engine is closed");
    assertThatIllegalStateException().isThrownBy(engine::snapshot);
  }

  /** Both engines, on the same batches: losses, and in the end parameters and moments. */
  private static void assertTrainsAlike(
      MultiLayerNetwork network, int steps, int batchSize, double losses, double parameters) {
    MultiLayerNetwork theirs = network.clone();
    try (Engine fast = new OneDnnEngine(network, ImageShape.MNIST, 1);
        Engine reference = new Dl4jEngine(theirs, ImageShape.MNIST)) {
      for (LabeledImages batch : batches(steps, batchSize)) {
        double expected = reference.step(batch);
        assertThat(fast.step(batch)).isCloseTo(expected, within(losses * expected));
      }
    }
    assertThat(distance(network.params(), theirs.params())).isLessThan(parameters);
    INDArray state = theirs.getUpdater().getStateViewArray();
    if (state != null) {
      assertThat(distance(network.getUpdater().getStateViewArray(), state))
          .isLessThan(10 * parameters);
    }
  }

  private static LabeledImages[] batches(int count, int size) {
    BatchStream stream = new BatchStream(IMAGES, size, 1);
    return IntStream.range(0, count).mapToObj(i -> stream.next()).toArray(LabeledImages[]::new);
  }

  /** The gradients without what stands in the place of moving statistics. */
  private static INDArray ofWeights(INDArray gradients, MultiLayerNetwork network) {
    INDArray flat = gradients.reshape(gradients.length());
    Set<String> statistics = Set.of("mean", "var", "populationMean", "populationVariance");
    for (org.deeplearning4j.nn.api.Layer layer : network.getLayers()) {
      layer
          .paramTable()
          .forEach(
              (name, view) -> {
                if (statistics.contains(name)) {
                  flat.get(NDArrayIndex.interval(view.offset(), view.offset() + view.length()))
                      .assign(0);
                }
              });
    }
    return flat;
  }

  private static INDArray exactGradient(MultiLayerNetwork network, LabeledImages batch) {
    MultiLayerNetwork doubles = network.convertDataType(DataType.DOUBLE);
    gradient(doubles, batch);
    return doubles.getFlattenedGradients().dup();
  }

  private static void gradient(MultiLayerNetwork network, LabeledImages batch) {
    DataType type = network.params().dataType();
    ImageInput input =
        ImageInput.of(
            network.getLayerWiseConfigurations(),
            batch.shape(),
            images -> network.output(images.castTo(type), false));
    network.setInput(input.shaped(batch.images().castTo(type), batch.shape()));
    network.setLabels(batch.oneHotLabels().castTo(type));
    network.computeGradientAndScore();
    network.getFlattenedGradients().divi(batch.size());
  }

  private static double distance(INDArray ours, INDArray theirs) {
    INDArray expected = theirs.castTo(DataType.DOUBLE);
    double difference =
        ours.castTo(DataType.DOUBLE)
            .reshape(expected.shape())
            .sub(expected)
            .norm2Number()
            .doubleValue();
    return difference / expected.norm2Number().doubleValue();
  }
}
