package io.bnzoo.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.bnzoo.ArrayAssert;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.InvocationType;
import org.deeplearning4j.optimize.listeners.CheckpointListener;
import org.deeplearning4j.optimize.listeners.CollectScoresListener;
import org.deeplearning4j.optimize.listeners.EvaluativeListener;
import org.deeplearning4j.optimize.listeners.PerformanceListener;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.slf4j.LoggerFactory;

/** What {@code network.fit} does besides computing. */
class AcceleratedTest {
  private static final InputType INPUT = InputType.feedForward(6);
  private static final double TOLERANCE = 1e-5;

  private static NeuralNetConfiguration.Builder settings() {
    return new NeuralNetConfiguration.Builder().seed(7).updater(new Adam(0.01, 0.9, 0.999, 0.1));
  }

  private static DenseLayer dense(int outputs) {
    return new DenseLayer.Builder().nOut(outputs).activation(Activation.TANH).build();
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder().nOut(3).activation(Activation.SOFTMAX).build();
  }

  private static MultiLayerNetwork network() {
    return Networks.network(
        settings(),
        INPUT,
        dense(5),
        new BatchNormalization.Builder().useLogStd(true).build(),
        output());
  }

  private static ComputationGraph graph() {
    GraphBuilder graph =
        settings()
            .graphBuilder()
            .addInputs("left", "right")
            .addLayer("a", dense(4), "left")
            .addLayer("b", dense(5), "right")
            .addVertex("both", new MergeVertex(), "a", "b")
            .addLayer("first", output(), "both")
            .addLayer("second", output(), "b")
            .setOutputs("first", "second")
            .setInputTypes(INPUT, InputType.feedForward(2));
    ComputationGraph made = new ComputationGraph(graph.build());
    made.init();
    return made;
  }

  private static INDArray features(int count, int values) {
    return Nd4j.rand(DataType.FLOAT, count, values);
  }

  private static INDArray labels(int count) {
    INDArray labels = Nd4j.zeros(DataType.FLOAT, count, 3);
    for (int i = 0; i < count; i++) {
      labels.putScalar(i, (i * 5 + 1) % 3, 1);
    }
    return labels;
  }

  /** Two batches of four, and what is left: one of three. */
  private static DataSetIterator data() {
    Nd4j.getRandom().setSeed(3);
    return new ListDataSetIterator<>(new DataSet(features(11, 6), labels(11)).asList(), 4);
  }

  private static DataSetIterator each(List<DataSet> batches) {
    return new ListDataSetIterator<>(batches, 1);
  }

  private static MultiDataSet pair() {
    Nd4j.getRandom().setSeed(5);
    return new MultiDataSet(
        new INDArray[] {features(4, 6), features(4, 2)}, new INDArray[] {labels(4), labels(4)});
  }

  private static void assertSameState(MultiLayerNetwork found, MultiLayerNetwork expected) {
    ArrayAssert.assertClose(found.params(), expected.params(), TOLERANCE, TOLERANCE);
    ArrayAssert.assertClose(
        found.getUpdater().getStateViewArray(),
        expected.getUpdater().getStateViewArray(),
        TOLERANCE,
        TOLERANCE);
    assertThat(found.getIterationCount()).isEqualTo(expected.getIterationCount());
    assertThat(found.getEpochCount()).isEqualTo(expected.getEpochCount());
    assertThat(found.score()).isCloseTo(expected.score(), within(TOLERANCE));
  }

  @Test
  void trainsAndCountsAsFitDoes() {
    MultiLayerNetwork ours = network();
    MultiLayerNetwork theirs = network();
    Accelerated.fit(ours, data(), 3);
    theirs.fit(data(), 3);
    assertThat(ours.getIterationCount()).isEqualTo(9);
    assertSameState(ours, theirs);
  }

  @Test
  void theNetworkPredictsAndIsTrainedOnByDeeplearning4jAtOnce() {
    MultiLayerNetwork ours = network();
    MultiLayerNetwork theirs = network();
    Accelerated.fit(ours, data(), 1);
    theirs.fit(data(), 1);
    INDArray images = features(5, 6);
    ArrayAssert.assertClose(ours.output(images), theirs.output(images), TOLERANCE, TOLERANCE);
    ours.fit(data(), 2);
    theirs.fit(data(), 2);
    assertSameState(ours, theirs);
  }

  /** By somebody else while an object of this class is open. */
  @Test
  void whatIsChangedInTheNetworkBetweenTrainingsCounts() {
    MultiLayerNetwork ours = network();
    MultiLayerNetwork theirs = network();
    try (Accelerated accelerated = Accelerated.of(ours)) {
      accelerated.fit(data(), 1);
      theirs.fit(data(), 1);
      for (MultiLayerNetwork each : List.of(ours, theirs)) {
        each.setLearningRate(0.02);
        each.params().muli(1.1);
      }
      accelerated.fit(data(), 1);
      theirs.fit(data(), 1);
      assertSameState(ours, theirs);
      ours.fit(data());
      theirs.fit(data());
      INDArray images = features(5, 6);
      ArrayAssert.assertClose(
          accelerated.output(images)[0], theirs.output(images), TOLERANCE, TOLERANCE);
    }
  }

  /** As what draws histograms of them asks for. */
  @Test
  void listenersFindGradientsAndUpdates() {
    Map<String, INDArray> ours = gradientsAndUpdates(network -> Accelerated.fit(network, one(), 1));
    Map<String, INDArray> theirs = gradientsAndUpdates(network -> network.fit(one(), 1));
    assertThat(ours.keySet()).contains("gradient 0_W", "gradient 1_gamma", "update 0_W");
    theirs.keySet().removeAll(Set.of("gradient 1_mean", "gradient 1_log10stdev"));
    assertThat(ours.keySet()).isEqualTo(theirs.keySet());
    theirs.forEach(
        (name, expected) -> ArrayAssert.assertClose(ours.get(name), expected, 1e-4, 1e-4));
  }

  private static DataSetIterator one() {
    return each(List.of(new DataSet(features(4, 6), labels(4))));
  }

  private static Map<String, INDArray> gradientsAndUpdates(Consumer<MultiLayerNetwork> training) {
    Map<String, INDArray> seen = new TreeMap<>();
    MultiLayerNetwork network = network();
    network.setListeners(
        new BaseTrainingListener() {
          private void keep(String kind, Model model) {
            model
                .gradient()
                .gradientForVariable()
                .forEach((name, values) -> seen.put(kind + " " + name, values.dup()));
          }

          @Override
          public void onGradientCalculation(Model model) {
            keep("gradient", model);
          }

          @Override
          public void iterationDone(Model model, int iteration, int epoch) {
            keep("update", model);
          }
        });
    Nd4j.getRandom().setSeed(9);
    training.accept(network);
    return seen;
  }

  @Test
  void continuesWhatDeeplearning4jBegan() {
    MultiLayerNetwork ours = network();
    MultiLayerNetwork theirs = network();
    ours.fit(data(), 2);
    Accelerated.fit(ours, data(), 1);
    theirs.fit(data(), 3);
    assertSameState(ours, theirs);
  }

  @Test
  void twoCallsDoWhatOneDoesToTheBit() {
    MultiLayerNetwork once = network();
    MultiLayerNetwork twice = network();
    Accelerated.fit(once, data(), 3);
    Accelerated.fit(twice, data(), 1);
    Accelerated.fit(twice, data(), 2);
    ArrayAssert.assertSameBits(twice.params(), once.params());
    ArrayAssert.assertSameBits(
        twice.getUpdater().getStateViewArray(), once.getUpdater().getStateViewArray());
  }

  @Test
  void graphsWithSeveralInputsAndOutputsAreTrainedAlike() {
    ComputationGraph ours = graph();
    ComputationGraph theirs = graph();
    for (int i = 0; i < 3; i++) {
      Accelerated.fit(ours, ThreeWays.once(pair()), 2);
      theirs.fit(ThreeWays.once(pair()), 2);
    }
    ArrayAssert.assertClose(ours.params(), theirs.params(), TOLERANCE, TOLERANCE);
    assertThat(ours.score()).isCloseTo(theirs.score(), within(TOLERANCE));
    assertThat(ours.getIterationCount()).isEqualTo(theirs.getIterationCount()).isEqualTo(6);
    assertThat(ours.getEpochCount()).isEqualTo(theirs.getEpochCount()).isEqualTo(6);
  }

  /** What it is called with, and what it sees. */
  private static final class Recorder extends BaseTrainingListener {
    final List<String> calls = new ArrayList<>();
    final List<Double> scores = new ArrayList<>();
    final List<INDArray> parameters = new ArrayList<>();

    @Override
    public void onEpochStart(Model model) {
      calls.add("start");
    }

    @Override
    public void onEpochEnd(Model model) {
      calls.add("end " + ((MultiLayerNetwork) model).getEpochCount());
      parameters.add(model.params().dup());
    }

    @Override
    public void iterationDone(Model model, int iteration, int epoch) {
      calls.add("iteration " + iteration + " of epoch " + epoch);
      scores.add(model.score());
      parameters.add(model.params().dup());
    }
  }

  @Test
  void listenersAreCalledAsByFitAndSeeTheSame() {
    MultiLayerNetwork ours = network();
    MultiLayerNetwork theirs = network();
    Recorder found = new Recorder();
    Recorder expected = new Recorder();
    ours.setListeners(found);
    theirs.setListeners(expected);
    Accelerated.fit(ours, data(), 2);
    theirs.fit(data(), 2);
    assertThat(found.calls).isEqualTo(expected.calls);
    for (int i = 0; i < expected.scores.size(); i++) {
      assertThat(found.scores.get(i)).isCloseTo(expected.scores.get(i), within(TOLERANCE));
    }
    for (int i = 0; i < expected.parameters.size(); i++) {
      ArrayAssert.assertClose(
          found.parameters.get(i), expected.parameters.get(i), TOLERANCE, TOLERANCE);
    }
  }

  @Test
  void deeplearning4jsOwnListenersWork(@TempDir Path folder) throws Exception {
    MultiLayerNetwork network = network();
    CollectScoresListener scores = new CollectScoresListener(1);
    EvaluativeListener evaluation = new EvaluativeListener(data(), 1, InvocationType.EPOCH_END);
    CheckpointListener checkpoints =
        new CheckpointListener.Builder(folder.toFile()).keepAll().saveEveryNIterations(3).build();
    Recorder seen = new Recorder();
    network.setListeners(
        scores,
        evaluation,
        checkpoints,
        new ScoreIterationListener(1),
        new PerformanceListener(1, true),
        seen);
    Accelerated.fit(network, data(), 2);
    assertThat(scores.getListScore().size()).isEqualTo(6);
    assertThat(evaluation.getEvaluations()[0].stats()).isEqualTo(network.evaluate(data()).stats());
    MultiLayerNetwork saved = checkpoints.loadCheckpointMLN(checkpoints.lastCheckpoint());
    int position = saved.getIterationCount() + 1; // Among what was seen is the end of an epoch.
    ArrayAssert.assertSameBits(saved.params(), seen.parameters.get(position));
  }

  @Test
  void aListenersExceptionLeavesWhatWasLearned() {
    MultiLayerNetwork failed = network();
    MultiLayerNetwork expected = network();
    failed.setListeners(new ScoreIterationListener(1), new Failing(1));
    assertThatThrownBy(() -> Accelerated.fit(failed, data(), 1)).hasMessage("enough");
    DataSetIterator data = data();
    Accelerated.fit(expected, each(List.of(data.next(), data.next())), 1);
    ArrayAssert.assertSameBits(failed.params(), expected.params());
    ArrayAssert.assertSameBits(
        failed.getUpdater().getStateViewArray(), expected.getUpdater().getStateViewArray());
  }

  private static final class Failing extends BaseTrainingListener {
    private final int iteration;

    Failing(int iteration) {
      this.iteration = iteration;
    }

    @Override
    public void iterationDone(Model model, int now, int epoch) {
      if (now == iteration) {
        throw new IllegalStateException("enough");
      }
    }
  }

  private static List<String> warnings(Runnable action) {
    Logger logger = (Logger) LoggerFactory.getLogger(Accelerated.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    try {
      action.run();
    } finally {
      logger.detachAppender(lines);
    }
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private static MultiLayerNetwork unsupported() {
    PReLULayer layer = new PReLULayer.Builder().inputShape(5).name("slopes").build();
    return Networks.network(settings(), INPUT, dense(5), layer, output());
  }

  @Test
  void aLayerWithoutKernelsIsNamedOnceAndLeftToDeeplearning4j() {
    MultiLayerNetwork ours = unsupported();
    MultiLayerNetwork theirs = unsupported();
    Recorder calls = new Recorder();
    ours.setListeners(calls);
    assertThat(warnings(() -> Accelerated.fit(ours, data(), 2)))
        .containsExactly(
            "Deeplearning4j's own engine runs, because there is no kernel for PReLULayer slopes");
    theirs.fit(data(), 2);
    assertSameState(ours, theirs);
    assertThat(calls.calls).hasSize(2 * (1 + 3 + 1));
  }

  @Test
  void tellsBeforehandWhatHasNoKernels() {
    try (Accelerated able = Accelerated.of(network());
        Accelerated unable = Accelerated.of(unsupported())) {
      assertThat(able.obstacle(INPUT)).isEmpty();
      assertThat(unable.obstacle(INPUT)).contains("there is no kernel for PReLULayer slopes");
      assertThat(able.obstacle(InputType.feedForward(7)))
          .contains("DenseLayer layer0 takes 6 values and is given 7");
    }
  }

  /** Which may have any effect within Deeplearning4j; here it has none. */
  @Test
  void batchesWithAFeatureMaskAreLeftToDeeplearning4jBetweenOthers() {
    MultiLayerNetwork ours = network();
    MultiLayerNetwork theirs = network();
    INDArray[] given = {features(4, 6)};
    INDArray[] wanted = {labels(4)};
    INDArray[] mask = {Nd4j.ones(DataType.FLOAT, 4, 1)};
    MultiDataSet plain = new MultiDataSet(given, wanted);
    MultiDataSet masked = new MultiDataSet(given, wanted, mask, null);
    try (Accelerated accelerated = Accelerated.of(ours)) {
      for (MultiDataSet batch : List.of(plain, masked, plain)) {
        accelerated.fit(ThreeWays.once(batch), 1);
        theirs.fit(ThreeWays.once(batch));
      }
    }
    assertSameState(ours, theirs);
  }

  @Test
  void labelsOfAnotherShapeAreRefusedAndNothingIsLearned() {
    MultiLayerNetwork network = network();
    INDArray before = network.params().dup();
    DataSet wrong = new DataSet(features(4, 6), Nd4j.zeros(DataType.FLOAT, 4, 2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Accelerated.fit(network, each(List.of(wrong)), 1))
        .withMessage("OutputLayer layer2 needs labels of shape [4, 3], got [4, 2]");
    ArrayAssert.assertSameBits(network.params(), before);
    assertThat(network.getIterationCount()).isZero();
    Accelerated.fit(network, data(), 1);
    MultiLayerNetwork expected = network();
    Accelerated.fit(expected, data(), 1);
    ArrayAssert.assertSameBits(network.params(), expected.params());
  }

  @Test
  void predictsBatchesOfAnySizeBetweenSteps() {
    MultiLayerNetwork ours = network();
    try (Accelerated accelerated = Accelerated.of(ours)) {
      for (int count = 1; count < 4; count++) {
        accelerated.fit(data(), 1);
        INDArray given = features(count, 6);
        ArrayAssert.assertClose(
            accelerated.output(given)[0], ours.output(given), TOLERANCE, TOLERANCE);
      }
    }
  }

  private static ConvolutionLayer convolution() {
    return new ConvolutionLayer.Builder(3, 3)
        .convolutionMode(ConvolutionMode.Same)
        .nOut(4)
        .activation(Activation.TANH)
        .build();
  }

  /** In memory that other layers use after it. */
  @Test
  void whatSurroundsImagesIsZeroInEveryBatch() {
    MultiLayerNetwork network =
        Networks.network(
            settings(),
            InputType.convolutional(6, 6, 4),
            convolution(),
            new ZeroPaddingLayer(1, 1),
            convolution(),
            convolution(),
            new Cropping2D(1, 1),
            convolution(),
            convolution(),
            output());
    ThreeWays ways = new ThreeWays(network, ThreeWays.ROUNDING);
    INDArray images = Nd4j.rand(DataType.FLOAT, 4, 4, 6, 6);
    ways.assertSamePredictions(images);
    ways.assertSameSteps(new MultiDataSet(images, labels(4)), 3);
  }

  @Test
  void asksForAtLeastOneEpoch() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Accelerated.fit(network(), data(), 0))
        .withMessage("the number of epochs must be at least 1, got 0");
  }
}
