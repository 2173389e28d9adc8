package io.bnzoo.compiler;

import io.bnzoo.onednn.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** A network's parameters, by the index of a layer and Deeplearning4j's key. */
record ParameterViews(MultiLayerNetwork network) {

  /** One with its axes in the given order. */
  Parameter array(int index, String key, int... axes) {
    return parameter(name(index, key), view(index, key), learned(index, key, List.of(key)), axes);
  }

  /** One without its axes of length 1. */
  Parameter vector(int index, String key) {
    return vector(index, key, learned(index, key, List.of(key)));
  }

  /** A running statistic. */
  Parameter runningStatistic(int index, String key, double decay) {
    return vector(index, key, new Parameter.Averaged(decay));
  }

  /** A running variance, kept as the logarithm of its root. */
  Parameter runningLogDeviation(int index, String key, double decay) {
    return vector(index, key, new Parameter.AveragedLogDeviation(decay));
  }

  private Parameter vector(int index, String key, Parameter.Update update) {
    INDArray view = view(index, key);
    return parameter(name(index, key), view.reshape(view.length()), update, 0);
  }

  /** Two vectors, one behind the other, as [2,length]. */
  Parameter pair(int index, String firstKey, String secondKey) {
    List<String> keys = List.of(firstKey, secondKey);
    Parameter first = vector(index, firstKey, learned(index, firstKey, keys));
    Parameter second = vector(index, secondKey, learned(index, secondKey, keys));
    if (second.offset() != first.offset() + first.length()
        || !second.update().equals(first.update())) {
      throw new IllegalStateException(
          secondKey + " does not follow " + firstKey + " in layer " + index);
    }
    Layout both = Layout.rowByRow(2, first.length());
    return new Parameter(first.name() + " and " + secondKey, first.offset(), both, first.update());
  }

  /** A convolution's weights, [out,in] for each place in its kernel, row by row. */
  List<Parameter> places(int index, String key) {
    INDArray kernel = view(index, key);
    List<Parameter> places = new ArrayList<>();
    for (long i = 0; i < kernel.size(2); i++) {
      for (long j = 0; j < kernel.size(3); j++) {
        INDArray place =
            kernel.get(
                NDArrayIndex.all(),
                NDArrayIndex.all(),
                NDArrayIndex.point(i),
                NDArrayIndex.point(j));
        String name = name(index, key) + "[" + i + "," + j + "]";
        places.add(parameter(name, place, learned(index, key, List.of(key)), 0, 1));
      }
    }
    return places;
  }

  private Parameter parameter(String name, INDArray view, Parameter.Update update, int... axes) {
    return Parameter.of(name, view, network.params().offset(), update, axes);
  }

  private INDArray view(int index, String key) {
    return network.getLayer(index).getParam(key);
  }

  private Layer layer(int index) {
    return network.getLayerWiseConfigurations().getConf(index).getLayer();
  }

  /**
   * How a parameter is learned.
   *
   * @param keys of all that it stands next to
   */
  private Parameter.Learned learned(int index, String key, List<String> keys) {
    Layer layer = layer(index);
    GradientNormalization kind = layer.getGradientNormalization();
    Optional<Parameter.Clipping> clipping =
        kind == null || kind == GradientNormalization.None
            ? Optional.empty()
            : Optional.of(
                new Parameter.Clipping(
                    kind, layer.getGradientNormalizationThreshold(), index, keys));
    return new Parameter.Learned(
        SettingsCheck.updater(layer, key),
        SettingsCheck.regularizations(layer, key),
        clipping,
        true);
  }

  private String name(int index, String key) {
    return SettingsCheck.describe(layer(index)) + "." + key;
  }
}
