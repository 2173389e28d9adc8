package io.bnzoo.toolbox;

import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.BatchNormLstmParameters;
import io.bnzoo.layer.BatchNormLstmParameters.Normalized;
import io.bnzoo.layer.LowLevelBatchNormalization;
import io.bnzoo.layer.WrappedLayers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A batch normalization of a model: Deeplearning4j's {@link BatchNormalization}, the low-level
 * {@link LowLevelBatchNormalization}, or one of the three within a {@link BatchNormLstm}, frozen or
 * not.
 *
 * <p>It reads and writes the model's own parameters. All arrays have a value for each feature: one
 * of [N,F], a channel of images, or, in a recurrent layer, one of [N,F] at a time step, step after
 * step.
 */
public final class BatchNorm {
  /** The least variance of which a logarithm is kept; its root is far below any epsilon. */
  private static final double LEAST_VARIANCE = 1e-30;

  private final String key;
  private final String name;
  private final Layer layer;
  private final boolean frozen;
  private final Source source;

  /** Where the two kinds of layer have what they have. */
  private record Source(
      String mean,
      String variance,
      boolean isLogDeviation,
      Optional<Double> lockedGamma,
      Optional<Double> lockedBeta,
      double epsilon,
      double decay,
      boolean hasChannelsLast,
      Optional<OfSteps> steps) {}

  /** What is normalized by statistics of each time step. */
  private record OfSteps(Normalized what, int count, double initialGamma) {}

  private BatchNorm(String key, String name, Layer layer, boolean frozen, Source source) {
    this.key = key;
    this.name = name;
    this.layer = layer;
    this.frozen = frozen;
    this.source = source;
  }

  /**
   * All of a model's, in the order in which a prediction meets them.
   *
   * @param model a {@link MultiLayerNetwork} or a {@link ComputationGraph}, initialized
   */
  public static List<BatchNorm> allOf(Model model) {
    List<BatchNorm> found = new ArrayList<>();
    if (model instanceof MultiLayerNetwork network) {
      for (int i = 0; i < network.getnLayers(); i++) {
        Layer layer = network.getLayer(i);
        String name = layer.conf().getLayer().getLayerName();
        found.addAll(of(String.valueOf(i), name == null ? "layer " + i : name, layer));
      }
    } else if (model instanceof ComputationGraph graph) {
      for (int index : graph.topologicalSortOrder()) {
        GraphVertex vertex = graph.getVertices()[index];
        if (vertex.hasLayer()) {
          found.addAll(of(vertex.getVertexName(), vertex.getVertexName(), vertex.getLayer()));
        }
      }
    } else {
      throw new IllegalArgumentException(
          "a MultiLayerNetwork or a ComputationGraph is needed, got " + model.getClass().getName());
    }
    return found;
  }

  private static List<BatchNorm> of(String key, String name, Layer given) {
    Layer layer = WrappedLayers.innermost(given);
    boolean frozen = WrappedLayers.isFrozen(given);
    if (layer.conf().getLayer() instanceof BatchNormLstm lstm) {
      return Stream.of(Normalized.values())
          .map(
              what ->
                  new BatchNorm(
                      key,
                      name + " " + what.name().toLowerCase(Locale.ROOT),
                      layer,
                      frozen,
                      source(lstm, what)))
          .toList();
    }
    return source(layer.conf().getLayer())
        .map(source -> new BatchNorm(key, name, layer, frozen, source))
        .stream()
        .toList();
  }

  private static Source source(BatchNormLstm lstm, Normalized what) {
    return new Source(
        what.mean(),
        what.variance(),
        false,
        Optional.empty(),
        Optional.empty(),
        lstm.epsilon(),
        lstm.decay(),
        false,
        Optional.of(new OfSteps(what, lstm.steps(), lstm.initialGamma())));
  }

  private static Optional<Source> source(org.deeplearning4j.nn.conf.layers.Layer configured) {
    if (configured instanceof BatchNormalization stock) {
      boolean locked = stock.isLockGammaBeta();
      return Optional.of(
          new Source(
              BatchNormalizationParamInitializer.GLOBAL_MEAN,
              stock.isUseLogStd()
                  ? BatchNormalizationParamInitializer.GLOBAL_LOG_STD
                  : BatchNormalizationParamInitializer.GLOBAL_VAR,
              stock.isUseLogStd(),
              locked ? Optional.of(stock.getGamma()) : Optional.empty(),
              locked ? Optional.of(stock.getBeta()) : Optional.empty(),
              stock.getEps(),
              stock.getDecay(),
              stock.getCnn2DFormat() == CNN2DFormat.NHWC,
              Optional.empty()));
    }
    if (configured instanceof LowLevelBatchNormalization byHand) {
      return Optional.of(
          new Source(
              LowLevelBatchNormalization.POPULATION_MEAN,
              LowLevelBatchNormalization.POPULATION_VARIANCE,
              false,
              Optional.empty(),
              Optional.empty(),
              byHand.epsilon(),
              byHand.decay(),
              byHand.channelAxis() == 3,
              Optional.empty()));
    }
    return Optional.empty();
  }

  /** The layer's index, or the vertex's name: what the names of its parameters begin with. */
  public String key() {
    return key;
  }

  /**
   * As messages have it: the name that its configuration gives it, else {@code layer 3}; in a
   * recurrent layer with {@code input}, {@code state} or {@code cell} behind it.
   */
  public String name() {
    return name;
  }

  /** The name of the layer that has it. */
  String layerName() {
    return source.steps().map(steps -> name.substring(0, name.lastIndexOf(' '))).orElse(name);
  }

  /** Whether it is frozen: training steps leave it as it is, and it normalizes as in inference. */
  public boolean isFrozen() {
    return frozen;
  }

  /** Whether gamma and beta are fixed numbers of the configuration. */
  public boolean isLocked() {
    return source.lockedGamma().isPresent();
  }

  /** Whether the file keeps {@code log10(sqrt(variance))}, Deeplearning4j's {@code useLogStd}. */
  public boolean keepsLogDeviation() {
    return source.isLogDeviation();
  }

  /** How many time steps have statistics of their own; none outside of a recurrent layer. */
  public OptionalInt steps() {
    return source.steps().stream().mapToInt(OfSteps::count).findFirst();
  }

  /** Whether it is within a recurrent layer. */
  boolean isRecurrent() {
    return source.steps().isPresent();
  }

  /** Whether it normalizes what a recurrent layer computes of its input. */
  boolean isOfInput() {
    return source.steps().filter(steps -> steps.what() == Normalized.INPUT).isPresent();
  }

  /** What gamma is before any training. */
  double initialGamma() {
    return source.steps().map(OfSteps::initialGamma).orElse(1.0);
  }

  /** Whether a model's parameter of this name is its running mean or variance. */
  boolean isStatistic(String parameter) {
    return parameter.equals(key + "_" + source.mean())
        || parameter.equals(key + "_" + source.variance());
  }

  /** What is added to the variance before the root. */
  public double epsilon() {
    return source.epsilon();
  }

  /** The share of the old running statistics that a training step keeps. */
  public double decay() {
    return source.decay();
  }

  /** The configuration of the layer itself, without a wrapper. */
  public org.deeplearning4j.nn.conf.layers.Layer configuration() {
    return layer.conf().getLayer();
  }

  /** Where its running mean starts in a model's vector of all parameters. */
  long position(Model model) {
    return array(source.mean()).offset() - model.params().offset();
  }

  /** Whether its images are [N,H,W,C]. */
  boolean hasChannelsLast() {
    return source.hasChannelsLast();
  }

  /** How many features it normalizes, in all time steps. */
  public int features() {
    return Math.toIntExact(array(source.mean()).length());
  }

  /** The factor of each feature. */
  public double[] gamma() {
    return source
        .steps()
        .map(steps -> inEachStep(values(steps.what().gamma())))
        .orElseGet(() -> learned(BatchNormalizationParamInitializer.GAMMA, source.lockedGamma()));
  }

  /** What is added to each feature. */
  public double[] beta() {
    if (isRecurrent()) {
      return source.steps().orElseThrow().what() == Normalized.CELL
          ? inEachStep(values(BatchNormLstmParameters.BETA_CELL))
          : new double[features()];
    }
    return learned(BatchNormalizationParamInitializer.BETA, source.lockedBeta());
  }

  /** What all steps share, once for each. */
  private double[] inEachStep(double[] shared) {
    double[] all = new double[features()];
    Arrays.setAll(all, i -> shared[i % shared.length]);
    return all;
  }

  private double[] learned(String parameter, Optional<Double> locked) {
    if (locked.isEmpty()) {
      return values(parameter);
    }
    double[] values = new double[features()];
    Arrays.fill(values, locked.get());
    return values;
  }

  /** The running mean of each feature. */
  public double[] mean() {
    return values(source.mean());
  }

  /** The running variance of each feature, whatever the file keeps of it. */
  public double[] variance() {
    double[] values = values(source.variance());
    if (source.isLogDeviation()) {
      Arrays.setAll(values, i -> Math.pow(10, 2 * values[i]));
    }
    return values;
  }

  /**
   * Replaces the running statistics.
   *
   * @param mean of each feature
   * @param variance of each feature, at least 0
   * @throws IllegalArgumentException if there are more or fewer, or a value cannot be one
   */
  public void setStatistics(double[] mean, double[] variance) {
    int features = features();
    if (mean.length != features || variance.length != features) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has %d features, got %d means and %d variances",
              name,
              features,
              mean.length,
              variance.length));
    }
    for (int i = 0; i < features; i++) {
      if (!Double.isFinite(mean[i]) || !Double.isFinite(variance[i]) || variance[i] < 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "feature %d of %s cannot have the mean %s and the variance %s",
                i,
                name,
                mean[i],
                variance[i]));
      }
    }
    assign(source.mean(), mean);
    double[] kept = variance.clone();
    if (source.isLogDeviation()) {
      Arrays.setAll(kept, i -> Math.log10(Math.max(LEAST_VARIANCE, variance[i])) / 2);
    }
    assign(source.variance(), kept);
  }

  private INDArray array(String parameter) {
    return layer.paramTable().get(parameter);
  }

  private double[] values(String parameter) {
    return array(parameter).dup('c').data().asDouble();
  }

  private void assign(String parameter, double[] values) {
    INDArray array = array(parameter);
    array.assign(Nd4j.createFromArray(values).castTo(array.dataType()).reshape(array.shape()));
  }

  @Override
  public String toString() {
    return name;
  }
}
