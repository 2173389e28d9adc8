package io.bnzoo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.Dl4jEngine;
import io.bnzoo.engine.Engine;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.engine.Statistics;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

class ModelEvaluationTest {
  private static final LabeledImages IMAGES = TestDigits.draw(130, 11);

  static Stream<MultiLayerNetwork> networks() {
    return Stream.of(
        trained(),
        DeepCnn.builder().normalization(Normalization.batchNorm()).build().init(),
        DeepCnn.builder().dataFormat(CNN2DFormat.NCHW).build().init());
  }

  private static MultiLayerNetwork trained() {
    MultiLayerNetwork network =
        ThreeLayerMlp.builder()
            .normalization(Normalization.batchNorm())
            .learningRate(0.5)
            .build()
            .init();
    for (int i = 0; i < 60; i++) {
      network.fit(IMAGES.images(), IMAGES.oneHotLabels());
    }
    return network;
  }

  @ParameterizedTest
  @MethodSource("networks")
  void agreesWithTheEvaluatorOfTheTrainingLoop(MultiLayerNetwork network) {
    EvaluationRecord record = evaluate(network);
    try (Engine engine = new Dl4jEngine(network, ImageShape.MNIST)) {
      Evaluator evaluator = new Evaluator(engine, Statistics.RUNNING);
      Score score = evaluator.score(IMAGES);
      assertThat(record.accuracy()).isCloseTo(score.accuracy(), within(1e-9));
      assertThat(record.loss()).isCloseTo(score.loss(), within(1e-6));
      assertThat(record.singleAccuracy())
          .isEqualTo(evaluator.oneAtATime(IMAGES.slice(0, 100)).accuracy());
    }
  }

  /** As Deeplearning4j's SimpleCNN does. */
  @Test
  void aModelThatEndsInASoftmaxHasAllFiguresButALoss() {
    MultiLayerNetwork whole = trained();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder().nOut(10).activation(Activation.IDENTITY).build())
                .layer(new ActivationLayer(Activation.SOFTMAX))
                .setInputType(InputType.feedForward(784))
                .build());
    network.init();
    for (Model model : List.of(network, network.toComputationGraph())) {
      EvaluationRecord record = evaluate(model);
      assertThat(record.loss()).isNaN();
      assertThat(record.notFinite()).isZero();
      INDArray expected = network.output(IMAGES.images()).argMax(1);
      for (int i = 0; i < 3; i++) {
        int shown = IMAGES.label(i);
        assertThat(record.confusion().get(shown).get(expected.getInt(i))).isPositive();
      }
    }
    assertThat(evaluate(whole).loss()).isFinite();
  }

  @Test
  void imagesWithoutFiniteOutputsAreCounted() {
    MultiLayerNetwork network = trained();
    assertThat(evaluate(network).notFinite()).isZero();
    network.getLayer(0).getParam("W").putScalar(0, Double.NaN);
    assertThat(evaluate(network).notFinite()).isEqualTo(IMAGES.size());
  }

  /** Without minibatches Deeplearning4j's score of a graph is a sum. */
  @Test
  void theLossIsAMeanWhateverTheModelsScoreIs() {
    MultiLayerNetwork network = trained();
    ComputationGraph graph = network.toComputationGraph();
    double expected = evaluate(graph).loss();
    for (org.deeplearning4j.nn.api.Layer layer : graph.getLayers()) {
      layer.conf().setMiniBatch(false);
    }
    assertThat(evaluate(graph).loss()).isCloseTo(expected, within(1e-6 * expected));
  }

  @Test
  void theConfusionMatrixHoldsEveryImageInTheRowOfItsDigit() {
    EvaluationRecord record = evaluate(trained());
    assertThat(record.accuracy()).as("the network has learnt").isGreaterThan(0.5);
    for (int digit = 0; digit < 10; digit++) {
      int shown = digit;
      long images = IntStream.range(0, 130).filter(i -> IMAGES.label(i) == shown).count();
      assertThat(sum(record.confusion().get(digit))).isEqualTo((int) images);
      assertThat(record.classes().get(digit).images()).isEqualTo((int) images);
    }
  }

  @Test
  void precisionAndRecallFollowFromTheConfusionMatrix() {
    EvaluationRecord record = evaluate(trained());
    List<List<Integer>> confusion = record.confusion();
    for (EvaluationRecord.ClassFigures figures : record.classes()) {
      int digit = figures.label();
      double right = confusion.get(digit).get(digit);
      int predicted = confusion.stream().mapToInt(row -> row.get(digit)).sum();
      assertThat(figures.recall()).isCloseTo(right / sum(confusion.get(digit)), within(1e-9));
      assertThat(figures.precision())
          .isCloseTo(predicted == 0 ? 0 : right / predicted, within(1e-9));
    }
  }

  @Test
  void aGraphGivesTheSameFiguresAsItsNetwork() {
    MultiLayerNetwork network = trained();
    EvaluationRecord ofGraph = evaluate(network.toComputationGraph());
    EvaluationRecord ofNetwork = evaluate(network);
    assertThat(ofGraph.confusion()).isEqualTo(ofNetwork.confusion());
    assertThat(ofGraph.loss()).isCloseTo(ofNetwork.loss(), within(1e-5));
  }

  @Test
  void pixelsAreGivenFromZeroToOneWhereAModelHasNoNormalizer() {
    assertThat(evaluate(trained()).pixels())
        .isEqualTo(new EvaluationRecord.Pixels(0, 1, Optional.empty()));
  }

  private static EvaluationRecord evaluate(Model model) {
    try (ModelEvaluation evaluation = new ModelEvaluation(model, EngineChoice.AUTO, IMAGES)) {
      return evaluation.run(ProgressListener.NONE);
    }
  }

  private static int sum(List<Integer> row) {
    return row.stream().mapToInt(Integer::intValue).sum();
  }
}
