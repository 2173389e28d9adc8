package io.bnzoo.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.ArrayAssert;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.adapter.SingletonMultiDataSetIterator;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * One network computed three ways: by the kernels, by Deeplearning4j in floats, and by
 * Deeplearning4j in doubles, which is the measure.
 *
 * <p>The kernels' error may be a few times that of Deeplearning4j's own floats.
 */
public final class ThreeWays {
  /** How many times as far off as Deeplearning4j's floats. */
  private static final double TIMES = 5;

  /** What rounding may come to, as a part of the whole. */
  static final double ROUNDING = 1e-4;

  private static final Set<String> STATISTICS =
      Set.of(
          BatchNormalizationParamInitializer.GLOBAL_MEAN,
          BatchNormalizationParamInitializer.GLOBAL_VAR,
          BatchNormalizationParamInitializer.GLOBAL_LOG_STD);

  private final NeuralNetwork ours;
  private final NeuralNetwork floats;
  private final NeuralNetwork doubles;

  private final double decisions;

  /**
   * Of copies of a network.
   *
   * @param decisions how far off gradients may be, as a part of the whole: more than {@link
   *     #ROUNDING} where there are so many ReLUs and maxima that rounding decides some of them
   */
  ThreeWays(NeuralNetwork network, double decisions) {
    this.decisions = decisions;
    ours = copy(network, DataType.FLOAT);
    floats = copy(network, DataType.FLOAT);
    doubles = copy(network, DataType.DOUBLE);
  }

  private static NeuralNetwork copy(NeuralNetwork network, DataType type) {
    INDArray parameters = ((Model) network).params().castTo(type);
    if (network instanceof ComputationGraph graph) {
      ComputationGraphConfiguration configuration = copy(graph.getConfiguration());
      configuration.setDataType(type);
      ComputationGraph copy = new ComputationGraph(configuration);
      copy.init(parameters, true);
      return copy;
    }
    MultiLayerConfiguration configuration =
        ((MultiLayerNetwork) network).getLayerWiseConfigurations().clone();
    configuration.setDataType(type);
    MultiLayerNetwork copy = new MultiLayerNetwork(configuration);
    copy.init(parameters, true);
    return copy;
  }

  /** What Deeplearning4j predicts in doubles. */
  public static INDArray[] exact(NeuralNetwork network, INDArray... features) {
    return output(copy(network, DataType.DOUBLE), doubles(features));
  }

  /** Deeplearning4j's own copy of a merge has lost its axis. */
  private static ComputationGraphConfiguration copy(ComputationGraphConfiguration configuration) {
    ComputationGraphConfiguration copy = configuration.clone();
    configuration
        .getVertices()
        .forEach(
            (name, vertex) -> {
              if (vertex instanceof MergeVertex merge) {
                ((MergeVertex) copy.getVertices().get(name)).setMergeAxis(merge.getMergeAxis());
              }
            });
    return copy;
  }

  static Accelerated accelerated(NeuralNetwork network) {
    return network instanceof ComputationGraph graph
        ? Accelerated.of(graph)
        : Accelerated.of((MultiLayerNetwork) network);
  }

  /** Asserts that predictions are the same, within rounding, and the same once more. */
  void assertSamePredictions(INDArray... features) {
    INDArray[] expected = output(doubles, doubles(features));
    INDArray[] copies = Arrays.stream(features).map(INDArray::dup).toArray(INDArray[]::new);
    INDArray[] theirs = output(floats, copies); // ActivationLayer predicts in place.
    try (Accelerated accelerated = accelerated(ours)) {
      INDArray[] found = accelerated.output(features);
      assertThat(shapes(found)).isEqualTo(shapes(expected));
      assertSame(numbered(found), numbered(theirs), numbered(expected), ROUNDING);
      assertThat(accelerated.gradients()).as("kernels have run").isNotNull();
      INDArray[] again = accelerated.output(features);
      for (int i = 0; i < expected.length; i++) {
        ArrayAssert.assertSameBits(again[i], found[i]);
      }
    }
  }

  private static List<String> shapes(INDArray... arrays) {
    return Arrays.stream(arrays).map(array -> Arrays.toString(array.shape())).toList();
  }

  private static Map<String, INDArray> numbered(INDArray... arrays) {
    Map<String, INDArray> numbered = new TreeMap<>();
    Arrays.stream(arrays).forEach(array -> numbered.put("output " + numbered.size(), array));
    return numbered;
  }

  /** Asserts that the gradients of a loss are the same, within rounding. */
  void assertSameGradients(MultiDataSet batch) {
    Map<String, INDArray> expected = named(doubles, gradients(doubles, doubles(batch)));
    Map<String, INDArray> theirs = named(floats, gradients(floats, batch));
    NeuralNetwork plain = withoutRules(ours);
    try (Accelerated accelerated = accelerated(plain)) {
      accelerated.fit(once(batch), 1);
      assertSame(named(plain, accelerated.gradients()), theirs, expected, decisions);
    }
  }

  /** With nothing that changes gradients. */
  private static NeuralNetwork withoutRules(NeuralNetwork network) {
    NeuralNetwork plain = copy(network, DataType.FLOAT);
    layers(plain).forEach(layer -> removeRules(layer.conf().getLayer()));
    return copy(plain, DataType.FLOAT);
  }

  static Stream<Layer> layers(NeuralNetwork network) {
    return Arrays.stream(
        network instanceof ComputationGraph graph
            ? graph.getLayers()
            : ((MultiLayerNetwork) network).getLayers());
  }

  private static void removeRules(org.deeplearning4j.nn.conf.layers.Layer layer) {
    if (layer instanceof BaseLayer given) {
      given.setIUpdater(new Sgd(0.1));
      given.setBiasUpdater(null);
      given.setRegularization(List.of());
      given.setRegularizationBias(List.of());
      given.setGradientNormalization(GradientNormalization.None);
    }
  }

  /** Trains, and asserts that all scores are the same and what was learned, within rounding. */
  void assertSameSteps(MultiDataSet batch, int steps) {
    assertSameScores(batch, steps);
    assertSame(learned(ours), learned(floats), learned(doubles), decisions);
  }

  private static Map<String, INDArray> learned(NeuralNetwork network) {
    return ((Model) network).paramTable();
  }

  /** Trains, and asserts that all scores are the same, within rounding. */
  void assertSameScores(MultiDataSet batch, int steps) {
    List<Double> ourScores = new ArrayList<>();
    try (Accelerated accelerated = accelerated(ours)) {
      for (int i = 0; i < steps; i++) {
        accelerated.fit(once(batch), 1);
        ourScores.add(((Model) ours).score());
      }
    }
    List<Double> theirScores = scores(floats, batch, steps);
    List<Double> expected = scores(doubles, doubles(batch), steps);
    double theirError = 0;
    for (int i = 0; i < steps; i++) {
      double score = expected.get(i);
      double rounding = i == 0 ? ROUNDING : decisions;
      theirError = Math.max(theirError, Math.abs(theirScores.get(i) - score));
      assertThat(ourScores.get(i))
          .as("score of step %d, Deeplearning4j's error being %s", i, theirError)
          .isCloseTo(score, within(TIMES * theirError + rounding * (1 + Math.abs(score))));
    }
  }

  private static List<Double> scores(NeuralNetwork network, MultiDataSet batch, int steps) {
    List<Double> scores = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      network.fit(once(batch));
      scores.add(((Model) network).score());
    }
    return scores;
  }

  private static void assertSame(
      Map<String, INDArray> found,
      Map<String, INDArray> theirs,
      Map<String, INDArray> expected,
      double rounding) {
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    double values = expected.values().stream().mapToDouble(INDArray::length).sum();
    double squares =
        expected.values().stream().mapToDouble(each -> Math.pow(length(each), 2)).sum();
    double typical = Math.sqrt(squares / values);
    double theirError =
        expected.keySet().stream()
            .mapToDouble(name -> error(theirs.get(name), expected.get(name), typical))
            .max()
            .orElseThrow();
    found.forEach(
        (name, array) ->
            assertThat(error(array, expected.get(name), typical))
                .as("error of %s, Deeplearning4j's of any array being %s", name, theirError)
                .isLessThanOrEqualTo(TIMES * theirError + rounding));
  }

  /** As a part of an array's length, or of that of a typical one if it is shorter. */
  private static double error(INDArray found, INDArray expected, double typical) {
    double usual = typical * Math.sqrt((double) expected.length());
    return distance(found, expected) / Math.max(usual, length(expected));
  }

  private static double distance(INDArray found, INDArray expected) {
    return length(found.castTo(DataType.DOUBLE).sub(expected));
  }

  private static double length(INDArray array) {
    return array.norm2Number().doubleValue();
  }

  /** Of the mean loss or of the sum, whichever the network minimizes. */
  private static INDArray gradients(NeuralNetwork network, MultiDataSet batch) {
    Model model = (Model) network;
    if (network instanceof ComputationGraph graph) {
      graph.setInputs(batch.getFeatures());
      graph.setLabels(batch.getLabels());
      graph.setLayerMaskArrays(null, batch.getLabelsMaskArrays());
    } else {
      MultiLayerNetwork sequence = (MultiLayerNetwork) network;
      sequence.setInput(batch.getFeatures(0));
      sequence.setLabels(batch.getLabels(0));
      sequence.setLayerMaskArrays(null, batch.getLabelsMaskArray(0));
    }
    model.computeGradientAndScore(null);
    INDArray gradients = model.getGradientsViewArray().dup();
    return model.conf().isMiniBatch() ? gradients.divi(batch.getFeatures(0).size(0)) : gradients;
  }

  /** An array of a gradient for each parameter, taken apart, without what is averaged only. */
  private static Map<String, INDArray> named(NeuralNetwork network, INDArray values) {
    Model model = (Model) network;
    INDArray before = model.params().dup();
    model.setParams(values.reshape(before.shape()));
    Map<String, INDArray> named = new TreeMap<>();
    model.paramTable().forEach((name, array) -> named.put(name, array.dup('c')));
    model.setParams(before);
    named.keySet().removeIf(name -> STATISTICS.contains(name.substring(name.lastIndexOf('_') + 1)));
    return named;
  }

  static MultiDataSetIterator once(MultiDataSet batch) {
    return new SingletonMultiDataSetIterator(batch);
  }

  private static INDArray[] output(NeuralNetwork network, INDArray... features) {
    return network instanceof ComputationGraph graph
        ? graph.output(false, features)
        : new INDArray[] {((MultiLayerNetwork) network).output(features[0], false)};
  }

  private static MultiDataSet doubles(MultiDataSet batch) {
    return new org.nd4j.linalg.dataset.MultiDataSet(
        doubles(batch.getFeatures()),
        doubles(batch.getLabels()),
        null,
        batch.getLabelsMaskArrays() == null ? null : doubles(batch.getLabelsMaskArrays()));
  }

  private static INDArray[] doubles(INDArray... arrays) {
    return Arrays.stream(arrays)
        .map(array -> Objects.isNull(array) ? null : array.castTo(DataType.DOUBLE))
        .toArray(INDArray[]::new);
  }
}
