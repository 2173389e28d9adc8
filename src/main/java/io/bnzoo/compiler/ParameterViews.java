package io.bnzoo.compiler;

import io.bnzoo.layer.WrappedLayers;
import io.bnzoo.onednn.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A layer's parameters, by Deeplearning4j's key.
 *
 * @param all the vector of the network's parameters, of which they are views
 * @param index of the layer in the network
 */
record ParameterViews(INDArray all, int index, org.deeplearning4j.nn.api.Layer of) {

  /** Whether nothing in it learns. */
  boolean isFrozen() {
    return WrappedLayers.isFrozen(of);
  }

  /** Whether it is frozen, but layers before it learn. */
  boolean letsGradientsPass() {
    return of instanceof FrozenLayerWithBackprop;
  }

  /** The layer's configuration. */
  Layer layer() {
    return of.conf().getLayer();
  }

  /** One with its axes in the given order. */
  Parameter array(String key, int... axes) {
    return parameter(name(key), view(key), learned(key, List.of(key)), axes);
  }

  /**
   * Weights that convolve each channel by itself, as [channels,multiplier,1,h,w].
   *
   * @param channels the axis in Deeplearning4j's array that they are on; the others likewise
   */
  Parameter grouped(String key, int channels, int multiplier, int height, int width) {
    INDArray view = view(key);
    long[] size = {
      view.size(channels), view.size(multiplier), 1, view.size(height), view.size(width)
    };
    long[] strides = {
      view.stride(channels),
      view.stride(multiplier),
      view.stride(multiplier),
      view.stride(height),
      view.stride(width)
    };
    return new Parameter(
        name(key),
        view.offset() - all.offset(),
        Layout.strided(size, strides),
        learned(key, List.of(key)));
  }

  /**
   * An LSTM's weights, [in,4*out] column by column, as [4,out,in,1,1].
   *
   * @param gates how many there are, 4
   */
  Parameter gateWeights(String key, int gates) {
    INDArray view = view(key);
    long[] size = {gates, view.size(1) / gates, view.size(0), 1, 1};
    long[] strides = {size[1] * view.stride(1), view.stride(1), view.stride(0), 1, 1};
    return new Parameter(
        name(key),
        view.offset() - all.offset(),
        Layout.strided(size, strides),
        learned(key, List.of(key)));
  }

  /** A vector's equally long parts, one for each gate, as [gates,length,1,1]. */
  Parameter gates(String key, int gates) {
    INDArray view = view(key);
    Layout layout = Layout.rowByRow(gates, view.length() / gates, 1, 1);
    return new Parameter(
        name(key), view.offset() - all.offset(), layout, learned(key, List.of(key)));
  }

  /**
   * Rows of a running statistic, [steps,gates*length], as [rows*gates,length,1,1].
   *
   * @param update how those rows change
   */
  Parameter rows(String key, long first, long rows, int gates, Parameter.Update update) {
    INDArray view = view(key);
    Layout layout = Layout.rowByRow(rows * gates, view.size(1) / gates, 1, 1);
    long offset = view.offset() - all.offset() + first * view.size(1);
    String name = name(key) + "[" + first + ".." + (first + rows - 1) + "]";
    return new Parameter(name, offset, layout, update);
  }

  /** One without its axes of length 1. */
  Parameter vector(String key) {
    return vector(key, learned(key, List.of(key)));
  }

  /** A running statistic. */
  Parameter runningStatistic(String key, double decay) {
    return vector(key, isFrozen() ? new Parameter.Fixed(false) : new Parameter.Averaged(decay));
  }

  /** A running variance, kept as the logarithm of its root. */
  Parameter runningLogDeviation(String key, double decay) {
    return vector(
        key, isFrozen() ? new Parameter.Fixed(true) : new Parameter.AveragedLogDeviation(decay));
  }

  private Parameter vector(String key, Parameter.Update update) {
    INDArray view = view(key);
    return parameter(name(key), view.reshape(view.length()), update, 0);
  }

  /** Two vectors, one behind the other, as [2,length]. */
  Parameter pair(String firstKey, String secondKey) {
    List<String> keys = List.of(firstKey, secondKey);
    Parameter first = vector(firstKey, learned(firstKey, keys));
    Parameter second = vector(secondKey, learned(secondKey, keys));
    if (second.offset() != first.offset() + first.length()
        || !second.update().equals(first.update())) {
      throw new IllegalStateException(
          secondKey + " does not follow " + firstKey + " in layer " + index);
    }
    Layout both = Layout.rowByRow(2, first.length());
    return new Parameter(first.name() + " and " + secondKey, first.offset(), both, first.update());
  }

  /** A convolution's weights, [out,in] for each place in its kernel, row by row. */
  List<Parameter> places(String key) {
    INDArray kernel = view(key);
    List<Parameter> places = new ArrayList<>();
    for (long i = 0; i < kernel.size(2); i++) {
      for (long j = 0; j < kernel.size(3); j++) {
        INDArray place =
            kernel.get(
                NDArrayIndex.all(),
                NDArrayIndex.all(),
                NDArrayIndex.point(i),
                NDArrayIndex.point(j));
        String name = name(key) + "[" + i + "," + j + "]";
        places.add(parameter(name, place, learned(key, List.of(key)), 0, 1));
      }
    }
    return places;
  }

  private Parameter parameter(String name, INDArray view, Parameter.Update update, int... axes) {
    return Parameter.of(name, view, all.offset(), update, axes);
  }

  private INDArray view(String key) {
    return of.getParam(key);
  }

  /**
   * How a parameter is learned.
   *
   * @param keys of all that it stands next to
   */
  private Parameter.Update learned(String key, List<String> keys) {
    if (isFrozen()) {
      return new Parameter.Fixed(false);
    }
    Layer layer = layer();
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

  private String name(String key) {
    return SettingsCheck.describe(layer()) + "." + key;
  }
}
