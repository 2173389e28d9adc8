package io.bnzoo.layer;

import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.LSTMParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The parameters of a {@link BatchNormLstm} in Deeplearning4j's vector: the trained ones, then the
 * running statistics.
 */
public final class BatchNormLstmParameters implements ParamInitializer {
  static final BatchNormLstmParameters INSTANCE = new BatchNormLstmParameters();

  /** The name of W, [I,4H]. */
  public static final String WEIGHTS = LSTMParamInitializer.INPUT_WEIGHT_KEY;

  /** The name of RW, [H,4H]. */
  public static final String RECURRENT_WEIGHTS = LSTMParamInitializer.RECURRENT_WEIGHT_KEY;

  /** The name of b, [4H]. */
  public static final String BIAS = LSTMParamInitializer.BIAS_KEY;

  /** The name of what is added to the normalized cell, [H]. */
  public static final String BETA_CELL = "betaCell";

  /** What is normalized; each has a gamma, running means and running variances. */
  public enum Normalized {
    /** What comes from the input, for the candidate and the three gates. */
    INPUT("Input", 4),
    /** What comes from the state, likewise. */
    STATE("State", 4),
    /** The cell, as it is read. */
    CELL("Cell", 1);

    private final String name;
    private final long width;

    Normalized(String name, long width) {
      this.name = name;
      this.width = width;
    }

    /** The name of gamma, [4H] or [H]. */
    public String gamma() {
      return "gamma" + name;
    }

    /** The name of the running means, [steps,4H] or [steps,H]. */
    public String mean() {
      return "mean" + name;
    }

    /** The name of the running variances, which are biased; shaped as the means. */
    public String variance() {
      return "variance" + name;
    }
  }

  private BatchNormLstmParameters() {}

  /** Whether a parameter is a running statistic. */
  static boolean isStatistic(String parameter) {
    return parameter.startsWith("mean") || parameter.startsWith("variance");
  }

  /** The parameters' shapes, in order. */
  private static Map<String, long[]> shapes(BatchNormLstm layer) {
    long outputs = layer.getNOut();
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put(WEIGHTS, new long[] {layer.getNIn(), 4 * outputs});
    shapes.put(RECURRENT_WEIGHTS, new long[] {outputs, 4 * outputs});
    shapes.put(BIAS, new long[] {4 * outputs});
    for (Normalized each : Normalized.values()) {
      shapes.put(each.gamma(), new long[] {each.width * outputs});
    }
    shapes.put(BETA_CELL, new long[] {outputs});
    for (Normalized each : Normalized.values()) {
      long[] shape = {layer.steps(), each.width * outputs};
      shapes.put(each.mean(), shape);
      shapes.put(each.variance(), shape);
    }
    return shapes;
  }

  /** How many values the trained parameters have together. */
  static long trainedLength(BatchNormLstm layer) {
    return shapes(layer).entrySet().stream()
        .filter(shape -> !isStatistic(shape.getKey()))
        .mapToLong(shape -> length(shape.getValue()))
        .sum();
  }

  private static long length(long[] shape) {
    return shape.length == 1 ? shape[0] : shape[0] * shape[1];
  }

  @Override
  public long numParams(NeuralNetConfiguration conf) {
    return numParams(conf.getLayer());
  }

  @Override
  public long numParams(Layer layer) {
    return shapes((BatchNormLstm) layer).values().stream()
        .mapToLong(BatchNormLstmParameters::length)
        .sum();
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    return List.copyOf(shapes((BatchNormLstm) layer).keySet());
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    return List.of(WEIGHTS, RECURRENT_WEIGHTS);
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return List.of(BIAS);
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return weightKeys(layer).contains(key);
  }

  @Override
  public boolean isBiasParam(Layer layer, String key) {
    return biasKeys(layer).contains(key);
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration conf, INDArray vector, boolean initialize) {
    BatchNormLstm layer = (BatchNormLstm) conf.getLayer();
    Map<String, INDArray> parameters = views(layer, vector);
    parameters.keySet().forEach(conf::addVariable);
    if (initialize) {
      initialize(layer, parameters);
    }
    return parameters;
  }

  private static void initialize(BatchNormLstm layer, Map<String, INDArray> parameters) {
    long outputs = layer.getNOut();
    // Deeplearning4j's LSTM counts a weight's inputs and outputs so, too.
    double fanIn = outputs;
    double fanOut = layer.getNIn() + outputs;
    INDArray weights = parameters.get(WEIGHTS);
    layer.getWeightInitFn().init(fanIn, fanOut, weights.shape(), 'f', flat(weights));
    INDArray recurrent = parameters.get(RECURRENT_WEIGHTS);
    layer.getWeightInitFnRecurrent().init(fanIn, fanOut, recurrent.shape(), 'f', flat(recurrent));
    INDArray bias = parameters.get(BIAS).assign(0);
    bias.get(interval(outputs, 2 * outputs)).assign(layer.forgetBias());
    parameters.get(BETA_CELL).assign(0);
    for (Normalized each : Normalized.values()) {
      parameters.get(each.gamma()).assign(layer.initialGamma());
      parameters.get(each.mean()).assign(0);
      parameters.get(each.variance()).assign(1);
    }
  }

  /** The vector that a matrix in column order is a view of. */
  private static INDArray flat(INDArray matrix) {
    return matrix.reshape('f', new long[] {matrix.length()});
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray vector) {
    return views((BatchNormLstm) conf.getLayer(), vector);
  }

  /** Weights column by column, as Deeplearning4j's layers have them; statistics step by step. */
  private static Map<String, INDArray> views(BatchNormLstm layer, INDArray vector) {
    INDArray values = vector.reshape(vector.length());
    Map<String, INDArray> views = Collections.synchronizedMap(new LinkedHashMap<>());
    long end = 0;
    for (Map.Entry<String, long[]> parameter : shapes(layer).entrySet()) {
      long start = end;
      end += length(parameter.getValue());
      char order = isStatistic(parameter.getKey()) ? 'c' : 'f';
      INDArray view = values.get(interval(start, end)).reshape(order, parameter.getValue());
      views.put(parameter.getKey(), view);
    }
    if (end != vector.length()) {
      throw new IllegalArgumentException(
          "the parameters have " + end + " values, got a vector of " + vector.length());
    }
    return views;
  }
}
