package io.bnzoo.engine;

import static io.bnzoo.engine.Networks.output;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.TestDigits;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * Every updater with every regularization, gradients clipped or not, as Deeplearning4j's engine
 * trains with them.
 *
 * <p>Epsilons are large where an update would otherwise be a sign, which noise has, too.
 */
class UpdatersTest {
  private static final LabeledImages BATCH = TestDigits.draw(6, 5);
  private static final int STEPS = 6;

  private static final List<DoubleFunction<IUpdater>> UPDATERS =
      List.of(
          Sgd::new,
          rate -> new NoOp(),
          rate -> new Nesterovs(rate, 0.9),
          rate -> new Adam(rate, 0.9, 0.999, 0.1),
          rate -> new AMSGrad(rate, 0.9, 0.9, 0.1),
          rate -> new AdaMax(rate / 10, 0.9, 0.999, 0.1),
          rate -> new Nadam(rate, 0.9, 0.999, 0.1),
          rate -> new RmsProp(rate, 0.9, 0.1),
          rate -> new AdaGrad(rate, 0.1),
          rate -> new AdaDelta(0.9, 1e-3));

  private static final List<ISchedule> SCHEDULES =
      List.of(
          new PolySchedule(ScheduleType.ITERATION, 0.05, 2, 20),
          new MapSchedule.Builder(ScheduleType.ITERATION).add(0, 0.05).add(3, 0.01).build());

  private static final List<List<Regularization>> REGULARIZATIONS =
      List.of(
          List.of(),
          List.of(new L1Regularization(0.01), new L2Regularization(SCHEDULES.get(0))),
          List.of(new WeightDecay(0.1, true), new L1Regularization(SCHEDULES.get(1))),
          List.of(new L2Regularization(0.02), new WeightDecay(SCHEDULES.get(0), false)));

  /** All pairs of an updater and a regularization, each updater with and without schedules. */
  static Stream<Arguments> settings() {
    return UPDATERS.stream()
        .flatMap(
            make ->
                REGULARIZATIONS.stream()
                    .map(
                        regularization -> {
                          int i = REGULARIZATIONS.indexOf(regularization);
                          IUpdater updater = make.apply(0.02);
                          if (i < SCHEDULES.size() && updater.hasLearningRate()) {
                            updater.setLrAndSchedule(Double.NaN, SCHEDULES.get(i));
                          }
                          return Arguments.of(updater, regularization);
                        }));
  }

  private static NeuralNetConfiguration.Builder with(
      IUpdater updater, List<Regularization> regularizations) {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .updater(updater)
        .activation(Activation.TANH)
        .regularization(regularizations)
        .regularizationBias(List.of(new L2Regularization(0.03)));
  }

  /**
   * Of images, with weights that oneDNN lays out in its own way.
   *
   * @param updater of each layer: what the whole is given is copied, and AdaGrad's copy has lost
   *     its schedule
   */
  private static MultiLayerNetwork network(
      NeuralNetConfiguration.Builder builder, IUpdater updater) {
    List<BaseLayer> layers =
        List.of(
            new ConvolutionLayer.Builder(3, 3)
                .stride(3, 3)
                .nOut(9)
                .activation(Activation.IDENTITY)
                .build(),
            new DenseLayer.Builder().nOut(5).build(),
            output(LossFunctions.LossFunction.MCXENT, Activation.SOFTMAX));
    layers.forEach(layer -> layer.setIUpdater(updater));
    return Networks.network(
        builder, InputType.convolutional(28, 28, 1), layers.toArray(Layer[]::new));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void bothEnginesTrainAlike(IUpdater updater, List<Regularization> regularizations) {
    BothEngines.answer(
        network(with(updater, regularizations), updater),
        1e-3,
        engine -> {
          List<INDArray> answer = BothEngines.training(BATCH, STEPS).apply(engine);
          INDArray state = engine.snapshot().getUpdater().getStateViewArray();
          return state == null ? answer : List.of(answer.get(0), answer.get(3), state.dup());
        });
  }

  @ParameterizedTest
  @MethodSource("settings")
  void eitherEngineContinuesWhatTheOtherBegan(
      IUpdater updater, List<Regularization> regularizations) {
    MultiLayerNetwork theirs = network(with(updater, regularizations), updater);
    MultiLayerNetwork ours = theirs.clone();
    MultiLayerNetwork twice = theirs.clone();
    train(theirs, EngineChoice.DL4J, STEPS / 2);
    train(theirs, EngineChoice.ONEDNN, STEPS / 2);
    train(ours, EngineChoice.ONEDNN, STEPS / 2);
    train(ours, EngineChoice.DL4J, STEPS / 2);
    train(twice, EngineChoice.ONEDNN, STEPS);
    assertClose(theirs, twice);
    assertClose(ours, twice);
  }

  private static void train(MultiLayerNetwork network, EngineChoice choice, int steps) {
    try (Engine engine = choice.open(network, ImageShape.MNIST, 1)) {
      for (int i = 0; i < steps; i++) {
        engine.step(BATCH);
      }
    }
  }

  private static void assertClose(MultiLayerNetwork found, MultiLayerNetwork expected) {
    ArrayAssert.assertClose(found.params(), expected.params(), 1e-4, 1e-3);
    INDArray state = expected.getUpdater().getStateViewArray();
    if (state != null) {
      ArrayAssert.assertClose(found.getUpdater().getStateViewArray(), state, 1e-4, 1e-3);
    }
  }

  /** A snapshot between any two steps. */
  @ParameterizedTest
  @MethodSource("settings")
  void aRunThatIsResumedIsTheSameToTheBit(IUpdater updater, List<Regularization> regularizations) {
    MultiLayerNetwork whole = network(with(updater, regularizations), updater);
    MultiLayerNetwork parts = whole.clone();
    train(whole, EngineChoice.ONEDNN, STEPS);
    for (int i = 0; i < STEPS; i++) {
      train(parts, EngineChoice.ONEDNN, 1);
    }
    ArrayAssert.assertSameBits(parts.params(), whole.params());
    assertThat(parts.score()).isEqualTo(whole.score());
  }

  /** Neighbours with other updaters, whose states are of other lengths. */
  @Test
  void layersCanHaveUpdatersOfTheirOwn() {
    MultiLayerNetwork network =
        Networks.network(
            with(new AMSGrad(0.02, 0.9, 0.9, 0.1), REGULARIZATIONS.get(1)),
            InputType.feedForward(784),
            new DenseLayer.Builder().nOut(6).biasUpdater(new NoOp()).build(),
            new DenseLayer.Builder().nOut(5).updater(new RmsProp(0.02, 0.9, 0.1)).build(),
            new DenseLayer.Builder().nOut(4).updater(new Sgd(0.1)).build(),
            output(LossFunctions.LossFunction.MCXENT, Activation.SOFTMAX));
    BothEngines.answer(
        network,
        1e-3,
        engine -> {
          List<INDArray> answer = BothEngines.training(BATCH, STEPS).apply(engine);
          MultiLayerNetwork trained = engine.snapshot();
          return List.of(
              answer.get(0), answer.get(3), trained.getUpdater().getStateViewArray().dup());
        });
  }

  /** With a threshold that some norms are above and some below, and one that none reaches. */
  static Stream<Arguments> clippings() {
    return Stream.of(GradientNormalization.values())
        .flatMap(kind -> Stream.of(0.02, 0.3, 1e6).map(threshold -> Arguments.of(kind, threshold)));
  }

  @ParameterizedTest
  @MethodSource("clippings")
  void gradientsAreClippedOrNormalizedAlike(GradientNormalization kind, double threshold) {
    BothEngines.answer(
        network(
            with(new Sgd(0.05), REGULARIZATIONS.get(1))
                .gradientNormalization(kind)
                .gradientNormalizationThreshold(threshold),
            new Nesterovs(0.05, 0.9)),
        1e-3,
        BothEngines.training(BATCH, STEPS));
  }

  /** Which is not divided by the batch, so that regularization has a smaller share. */
  @Test
  void theSumOverABatchIsMinimizedAlike() {
    BothEngines.answer(
        network(
            with(new Sgd(0.01), REGULARIZATIONS.get(1)).miniBatch(false),
            new Nesterovs(0.005, 0.9)),
        1e-3,
        BothEngines.training(BATCH, STEPS));
  }

  private static MultiLayerNetwork normalized(GradientNormalization kind, double rate) {
    return Networks.network(
        new NeuralNetConfiguration.Builder()
            .seed(7)
            .updater(new Sgd(rate))
            .gradientNormalization(kind)
            .gradientNormalizationThreshold(0.01),
        InputType.convolutional(28, 28, 1),
        new ConvolutionLayer.Builder(3, 3)
            .stride(3, 3)
            .nOut(4)
            .activation(Activation.IDENTITY)
            .build(),
        new BatchNormalization.Builder().useLogStd(false).build(),
        output(LossFunctions.LossFunction.MCXENT, Activation.SOFTMAX));
  }

  /** At a rate of 0 nothing else moves. */
  @ParameterizedTest
  @EnumSource(GradientNormalization.class)
  void runningStatisticsAreThoseOfAnUnclippedRun(GradientNormalization kind) {
    MultiLayerNetwork clipped = normalized(kind, 0);
    MultiLayerNetwork expected = normalized(GradientNormalization.None, 0);
    train(clipped, EngineChoice.ONEDNN, STEPS);
    train(expected, EngineChoice.DL4J, STEPS);
    for (String statistic : List.of("1_mean", "1_var")) {
      ArrayAssert.assertClose(
          clipped.getParam(statistic), expected.getParam(statistic), 1e-6, 1e-5);
    }
  }

  /** Of gamma and beta, which are one array to oneDNN, each has its own norm. */
  @Test
  void gammaAndBetaAreNormalizedEachByItself() {
    MultiLayerNetwork network = normalized(GradientNormalization.RenormalizeL2PerParamType, 1);
    MultiLayerNetwork before = network.clone();
    train(network, EngineChoice.ONEDNN, 1);
    for (String key : List.of("1_gamma", "1_beta", "2_W", "2_b")) {
      INDArray step = network.getParam(key).sub(before.getParam(key));
      assertThat(step.norm2Number().doubleValue()).as(key).isCloseTo(1, within(1e-4));
    }
  }

  @ParameterizedTest
  @EnumSource(GradientNormalization.class)
  void aClippedRunThatIsLostIsNotMadeToLookSound(GradientNormalization kind) {
    MultiLayerNetwork network = normalized(kind, 1);
    network.getParam("0_W").putScalar(0, Float.NaN);
    train(network, EngineChoice.ONEDNN, 1);
    assertThat(network.getParam("2_W").isNaN().any()).isTrue();
  }
}
