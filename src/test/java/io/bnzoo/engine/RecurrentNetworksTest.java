package io.bnzoo.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.bnzoo.ArrayAssert;
import io.bnzoo.compiler.UnsupportedNetworkException;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.ImageToSequence;
import io.bnzoo.layer.RecurrentStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Deeplearning4j's LSTM and that with batch normalization, by kernels and by Deeplearning4j. */
class RecurrentNetworksTest {
  private static final ImageShape SHAPE = ImageShape.withChannels(2).height(5).width(4);
  private static final int STEPS = 5;
  private static final LabeledImages BATCH = images(7);

  private static LabeledImages images(int count) {
    Random random = new Random(3);
    byte[] pixels = new byte[count * SHAPE.size()];
    random.nextBytes(pixels);
    return new LabeledImages(SHAPE, 3, pixels, random.ints(count, 0, 3).toArray());
  }

  private static LSTM lstm(int units) {
    return new LSTM.Builder().nOut(units).activation(Activation.TANH).build();
  }

  private static BatchNormLstm batchNorm(int steps, int units) {
    return new BatchNormLstm.Builder(steps).nOut(units).decay(0.7).epsilon(1e-3).build();
  }

  private static MultiLayerNetwork network(ImageToSequence sequences, Layer... layers) {
    return network(0.01, sequences, layers);
  }

  private static MultiLayerNetwork network(double l2, ImageToSequence sequences, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(5)
            .updater(new Adam(0.01))
            .l2(l2)
            .gradientNormalization(GradientNormalization.ClipL2PerLayer)
            .gradientNormalizationThreshold(0.5)
            .list();
    Stream.of(layers).forEach(list::layer);
    list.layer(
        new OutputLayer.Builder(LossFunction.MCXENT)
            .nOut(3)
            .activation(Activation.SOFTMAX)
            .build());
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list.inputPreProcessor(0, sequences)
                .setInputType(InputType.convolutionalFlat(5, 4, 2))
                .build());
    network.init();
    return network;
  }

  static Stream<Arguments> networks() {
    ImageToSequence rows = ImageToSequence.rows(SHAPE);
    List<Arguments> networks = new ArrayList<>();
    add(networks, "LSTM", () -> network(rows, new LastTimeStep(lstm(6))));
    add(networks, "wider than a block", () -> network(rows, new LastTimeStep(lstm(16))));
    add(networks, "two LSTMs", () -> network(rows, lstm(6), new LastTimeStep(lstm(20))));
    add(
        networks,
        "pixels",
        () -> network(ImageToSequence.permuted(SHAPE, 1), new LastTimeStep(lstm(5))));
    add(networks, "batch norm", () -> network(rows, new LastTimeStep(batchNorm(STEPS, 6))));
    add(networks, "more rows than steps", () -> network(rows, new LastTimeStep(batchNorm(9, 6))));
    add(networks, "shared rows", () -> network(rows, new LastTimeStep(batchNorm(3, 6))));
    add(networks, "one row", () -> network(rows, new LastTimeStep(batchNorm(1, 6))));
    add(
        networks,
        "two with batch norm",
        () -> network(rows, batchNorm(STEPS, 17), new LastTimeStep(batchNorm(2, 6))));
    add(
        networks,
        "drawn pixels",
        () ->
            network(
                ImageToSequence.drawnWithReplacement(SHAPE, 1),
                new LastTimeStep(batchNorm(20, 5))));
    add(
        networks,
        "frozen",
        () -> network(rows, new FrozenLayer(lstm(6)), new LastTimeStep(batchNorm(STEPS, 6))));
    add(
        networks,
        "frozen batch norm",
        () -> network(rows, new FrozenLayer(batchNorm(STEPS, 6)), new LastTimeStep(lstm(6))));
    add(
        networks,
        "frozen, gradients pass",
        () ->
            network(
                0, // By which Deeplearning4j would shrink the frozen weights.
                rows,
                lstm(5),
                new FrozenLayerWithBackprop(lstm(6)),
                new LastTimeStep(batchNorm(STEPS, 6))));
    return networks.stream();
  }

  private static void add(
      List<Arguments> networks, String name, Supplier<MultiLayerNetwork> network) {
    networks.add(Arguments.of(name, network));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void areTrainedAndPredictAsByDeeplearning4j(String name, Supplier<MultiLayerNetwork> network) {
    List<INDArray> figures =
        BothEngines.answer(network.get(), SHAPE, 1e-3, BothEngines.training(BATCH, 4));
    assertThat(figures.get(0).getDouble(3)).isNotEqualTo(figures.get(0).getDouble(0));
  }

  @Test
  void batchesOfAnySizeMayFollowEachOther() {
    MultiLayerNetwork network =
        network(ImageToSequence.rows(SHAPE), new LastTimeStep(batchNorm(STEPS, 6)));
    BothEngines.answer(
        network,
        SHAPE,
        1e-3,
        engine -> {
          List<INDArray> found = new ArrayList<>();
          for (int size : new int[] {7, 3, 1, 64, 7}) {
            if (size > 1) {
              engine.step(images(size));
            }
            found.add(engine.logits(images(size), Statistics.RUNNING).array());
          }
          return found;
        });
  }

  @Test
  void noiseOfTheFirstStateIsTheSame() {
    BatchNormLstm noisy = new BatchNormLstm.Builder(STEPS).nOut(6).initialStateNoise(0.5).build();
    MultiLayerNetwork network = network(ImageToSequence.rows(SHAPE), new LastTimeStep(noisy));
    List<INDArray> figures =
        BothEngines.answer(
            network,
            SHAPE,
            1e-3,
            engine ->
                List.of(
                    Nd4j.createFromArray(engine.step(BATCH), engine.step(BATCH)),
                    engine.logits(BATCH, Statistics.RUNNING).array()));
    MultiLayerNetwork quiet =
        network(ImageToSequence.rows(SHAPE), new LastTimeStep(batchNorm(STEPS, 6)));
    try (Engine engine = new OneDnnEngine(quiet, SHAPE, 1)) {
      assertThat(engine.step(BATCH)).isNotCloseTo(figures.get(0).getDouble(0), within(1e-4));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void areFittedAsByDeeplearning4j(String name, Supplier<MultiLayerNetwork> network) {
    MultiLayerNetwork ours = network.get();
    MultiLayerNetwork theirs = ours.clone();
    DataSet batch = new DataSet(BATCH.images(), BATCH.oneHotLabels());
    theirs.fit(batch);
    theirs.fit(batch);
    try (Accelerated accelerated = Accelerated.of(ours)) {
      assertThat(accelerated.obstacle(InputType.feedForward(SHAPE.size()))).isEmpty();
      accelerated.fit(new ExistingDataSetIterator(List.of(batch, batch)), 1);
    }
    assertThat(ours.score()).isCloseTo(theirs.score(), within(1e-4));
    ArrayAssert.assertClose(ours.params(), theirs.params(), 1e-3, 1e-3);
  }

  /** A pixel that is no number spoils its own image; a weight spoils all. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nanIsNotHidden(boolean normalized) {
    Layer layer = normalized ? batchNorm(STEPS, 6) : lstm(6);
    MultiLayerNetwork network = network(ImageToSequence.rows(SHAPE), new LastTimeStep(layer));
    INDArray images = BATCH.images().dup();
    images.putScalar(2, 11, Double.NaN);
    DataSet batch = new DataSet(images, null);
    List<INDArray> logits =
        BothEngines.answer(
            network, SHAPE, 1e-4, engine -> List.of(nan(engine.logits(batch, Statistics.RUNNING))));
    assertThat(logits.get(0).sumNumber().intValue()).isEqualTo(3);
    network.getLayer(0).getParam("RW").putScalar(3, Float.NaN);
    List<INDArray> spoilt =
        BothEngines.answer(
            network, SHAPE, 1e-4, engine -> List.of(nan(engine.logits(BATCH, Statistics.RUNNING))));
    assertThat(spoilt.get(0).sumNumber().intValue()).isEqualTo(3 * BATCH.size());
  }

  private static INDArray nan(Logits logits) {
    return logits.array().dup().isNaN().castTo(DataType.FLOAT);
  }

  @Test
  void graphsRunToo() {
    ComputationGraphConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(5)
            .updater(new Adam(0.01))
            .graphBuilder()
            .addInputs("images")
            .addLayer(
                "rows",
                new LastTimeStep(batchNorm(STEPS, 6)),
                ImageToSequence.rows(SHAPE),
                "images")
            .addLayer("pixels", new LastTimeStep(lstm(5)), ImageToSequence.pixels(SHAPE), "images")
            .addVertex("both", new MergeVertex(), "rows", "pixels")
            .addLayer(
                "digits",
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nOut(3)
                    .activation(Activation.SOFTMAX)
                    .build(),
                "both")
            .setOutputs("digits")
            .setInputTypes(InputType.feedForward(SHAPE.size()))
            .build();
    ComputationGraph ours = new ComputationGraph(configuration);
    ours.init();
    ComputationGraph theirs = ours.clone();
    DataSet batch = new DataSet(BATCH.images(), BATCH.oneHotLabels());
    theirs.fit(batch);
    theirs.fit(batch);
    try (Accelerated accelerated = Accelerated.of(ours)) {
      assertThat(accelerated.obstacle(InputType.feedForward(SHAPE.size()))).isEmpty();
      accelerated.fit(new ExistingDataSetIterator(List.of(batch, batch)), 1);
    }
    ArrayAssert.assertClose(ours.params(), theirs.params(), 1e-3, 1e-3);
  }

  /** Its masks are drawn otherwise than Deeplearning4j's: what is dropped is not, all the same. */
  @Test
  void whatALayerIsGivenMayBeDropped() {
    LSTM dropping = new LSTM.Builder().nOut(6).activation(Activation.TANH).dropOut(0.5).build();
    MultiLayerNetwork network =
        network(ImageToSequence.rows(SHAPE), lstm(7), new LastTimeStep(dropping));
    BothEngines.answer(
        network, SHAPE, 1e-4, engine -> List.of(engine.logits(BATCH, Statistics.RUNNING).array()));
    try (Engine engine = new OneDnnEngine(network, SHAPE, 1)) {
      double first = engine.step(BATCH);
      assertThat(first).isFinite();
      assertThat(IntStream.range(0, 60).mapToDouble(i -> engine.step(BATCH)).min().orElseThrow())
          .isLessThan(first);
    }
  }

  /** Of rows that are a step's own, that steps share, and that no step has. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, STEPS, 9})
  void statisticsAreRecomputedAsByDeeplearning4j(int rows) {
    BatchNormLstm layer = new BatchNormLstm.Builder(rows).nOut(6).initialStateNoise(0.2).build();
    MultiLayerNetwork network =
        network(ImageToSequence.rows(SHAPE), batchNorm(rows, 7), new LastTimeStep(layer));
    List<LabeledImages> batches = List.of(images(7), images(4), images(7), images(12));
    MultiLayerNetwork theirs = network.clone();
    RecurrentStatistics.recompute(
        theirs,
        new ExistingDataSetIterator(
            batches.stream().map(b -> new DataSet(b.images(), b.oneHotLabels())).toList()));
    MultiLayerNetwork ours = network.clone();
    try (OneDnnEngine engine = new OneDnnEngine(ours, SHAPE, 1)) {
      engine.recomputeStatistics(batches);
      INDArray recomputed = engine.logits(BATCH, Statistics.RUNNING).array();
      try (Engine reference = new Dl4jEngine(theirs, SHAPE)) {
        ArrayAssert.assertClose(
            recomputed, reference.logits(BATCH, Statistics.RUNNING).array(), 1e-4, 1e-4);
      }
    }
    ArrayAssert.assertClose(ours.params(), theirs.params(), 1e-5, 1e-4);
    assertThat(ours.params().distance2(network.params())).isGreaterThan(1);
  }

  /** What the last step's output gets comes from the output layer alone: p - y over the batch. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theGradientIsFollowedThroughTime(boolean normalized) {
    Layer layer = normalized ? batchNorm(STEPS, 6) : lstm(6);
    MultiLayerNetwork network = network(ImageToSequence.rows(SHAPE), new LastTimeStep(layer));
    INDArray before = network.params().dup();
    try (Engine engine = new OneDnnEngine(network, SHAPE, 1)) {
      double[] norms = engine.gradientsThroughTime(BATCH).get(0);
      assertThat(norms).hasSize(STEPS);
      INDArray probabilities = softmax(engine.logits(BATCH, Statistics.BATCH).array());
      INDArray byLogits = probabilities.sub(BATCH.oneHotLabels()).div(BATCH.size());
      INDArray byOutput = byLogits.mmul(network.getLayer(1).getParam("W").transpose());
      assertThat(norms[STEPS - 1])
          .isCloseTo(byOutput.norm2Number().doubleValue(), withinPercentage(0.1));
      for (int t = 1; t < STEPS; t++) {
        assertThat(norms[t - 1]).isPositive().isNotEqualTo(norms[t]);
      }
    }
    ArrayAssert.assertSameBits(network.params(), before);
  }

  private static INDArray softmax(INDArray logits) {
    INDArray exponentials = Transforms.exp(logits);
    return exponentials.divColumnVector(exponentials.sum(1));
  }

  @Test
  void whatHasNoKernelsIsToldByName() {
    ImageToSequence rows = ImageToSequence.rows(SHAPE);
    LSTM other = new LSTM.Builder().name("soft").nOut(6).activation(Activation.SOFTSIGN).build();
    assertRefused(network(rows, new LastTimeStep(other)), "LSTM soft has other activations");
    assertRefused(
        network(rows, new LastTimeStep(new SimpleRnn.Builder().nOut(6).build())),
        "there is no kernel for SimpleRnn");
    assertRefused(
        network(
            rows,
            new LastTimeStep(
                new MaskZeroLayer.Builder().setUnderlying(lstm(6)).setMaskValue(0).build())),
        "LSTM layer0 is within a MaskZeroLayer");
  }

  private static void assertRefused(MultiLayerNetwork network, String reason) {
    assertThatThrownBy(() -> new OneDnnEngine(network, SHAPE, 1))
        .isInstanceOf(UnsupportedNetworkException.class)
        .hasMessageContaining(reason);
  }
}
