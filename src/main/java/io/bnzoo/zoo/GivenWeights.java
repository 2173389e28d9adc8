package io.bnzoo.zoo;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Puts the caller's weights into a network. */
final class GivenWeights {
  private GivenWeights() {}

  /**
   * Assigns each given array to the parameter of its name, {@code layer.parameter}.
   *
   * @throws IllegalArgumentException if the network has no such parameter or it has another size
   */
  static void assign(InitialWeights.Given given, MultiLayerNetwork network) {
    Map<String, INDArray> parameters = named(network);
    for (String name : given.names()) {
      INDArray parameter = parameters.get(name);
      float[] values = given.valuesOf(name);
      if (parameter == null) {
        throw new IllegalArgumentException(
            String.format("the network has no parameter %s; it has %s", name, parameters.keySet()));
      }
      if (parameter.length() != values.length) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s has %d values, %d were given",
                name,
                parameter.length(),
                values.length));
      }
      parameter.assign(Nd4j.createFromArray(values).reshape('c', parameter.shape()));
    }
  }

  private static Map<String, INDArray> named(MultiLayerNetwork network) {
    Map<String, INDArray> parameters = new TreeMap<>();
    for (Layer layer : network.getLayers()) {
      String layerName = layer.conf().getLayer().getLayerName();
      layer.paramTable().forEach((key, value) -> parameters.put(layerName + "." + key, value));
    }
    return parameters;
  }
}
