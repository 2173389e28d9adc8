package io.bnzoo.limits;

import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.BatchNormLstmParameters.Normalized;
import io.bnzoo.layer.LowLevelBatchNormalization;
import io.bnzoo.layer.WrappedLayers;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The running variances of a model's batch normalizations, of which none may be negative or NaN.
 *
 * <p>Inference divides by their roots. The NaN that comes of a negative one does not always show: a
 * ReLU may make 0 of it.
 */
public final class RunningVariances {
  /** Of the logarithm to base 10 of a standard deviation whose square is finite. */
  private static final double LARGEST_LOGARITHM = 19;

  private RunningVariances() {}

  /**
   * A variance that cannot be one, with the layer that has it, for a message.
   *
   * @param model a {@code MultiLayerNetwork} or a {@code ComputationGraph} that is initialized
   */
  public static Optional<String> fault(Model model) {
    for (Layer layer : layers(model)) {
      Optional<String> fault = fault(layer);
      if (fault.isPresent()) {
        return fault.map(text -> name(layer) + " has " + text);
      }
    }
    return Optional.empty();
  }

  /** The layers of a model in the order of its parameters. */
  public static Layer[] layers(Model model) {
    return model instanceof MultiLayerNetwork network
        ? network.getLayers()
        : ((ComputationGraph) model).getLayers();
  }

  /** A layer as messages have it. */
  public static String name(Layer layer) {
    return ActivationShapes.nameOf(layer.conf().getLayer(), layer.getIndex());
  }

  private static Optional<String> fault(Layer layer) {
    org.deeplearning4j.nn.conf.layers.Layer kind = WrappedLayers.innermost(layer.conf().getLayer());
    Map<String, INDArray> parameters = layer.paramTable();
    if (kind instanceof LowLevelBatchNormalization) {
      return variance(parameters.get(LowLevelBatchNormalization.POPULATION_VARIANCE));
    }
    if (kind instanceof BatchNormalization batchNorm) {
      return batchNorm.isUseLogStd()
          ? logarithm(parameters.get(BatchNormalizationParamInitializer.GLOBAL_LOG_STD))
          : variance(parameters.get(BatchNormalizationParamInitializer.GLOBAL_VAR));
    }
    if (kind instanceof BatchNormLstm) {
      return parameters.entrySet().stream()
          .filter(parameter -> isVariance(parameter.getKey()))
          .flatMap(parameter -> variance(parameter.getValue()).stream())
          .findFirst();
    }
    return Optional.empty();
  }

  /** Within Bidirectional each name has a letter before it. */
  private static boolean isVariance(String parameter) {
    return Stream.of(Normalized.values()).anyMatch(each -> parameter.endsWith(each.variance()));
  }

  private static Optional<String> variance(INDArray values) {
    for (double value : values.dup().data().asDouble()) {
      if (!(value >= 0 && Double.isFinite(value))) { // NaN is neither.
        return Optional.of("the running variance " + value);
      }
    }
    return Optional.empty();
  }

  private static Optional<String> logarithm(INDArray values) {
    for (double value : values.dup().data().asDouble()) {
      if (!(value <= LARGEST_LOGARITHM)) {
        return Optional.of("the running standard deviation 10^" + value);
      }
    }
    return Optional.empty();
  }
}
