package io.bnzoo.backend;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Layers that are asked once more whether they can use oneDNN. */
final class LayerAcceleration {
  private LayerAcceleration() {}

  static void renew(NeuralNetwork network) {
    for (Layer layer : layers(network)) {
      renew(layer);
    }
  }

  private static Layer[] layers(NeuralNetwork network) {
    if (network instanceof MultiLayerNetwork sequence) {
      return sequence.getLayers();
    }
    if (network instanceof ComputationGraph graph) {
      return graph.getLayers();
    }
    throw new IllegalArgumentException(
        "network must be a MultiLayerNetwork or a ComputationGraph, got "
            + network.getClass().getName());
  }

  private static void renew(Layer layer) {
    if (layer instanceof BaseWrapperLayer wrapper) {
      renew(wrapper.getUnderlying());
    } else if (layer.getHelper() == null) {
      initializer(layer.getClass()).ifPresent(method -> invoke(method, layer));
    }
  }

  /** What a layer's constructor calls, where it can use oneDNN at all. */
  private static Optional<Method> initializer(Class<?> type) {
    return Stream.<Class<?>>iterate(type, c -> c != null, Class::getSuperclass)
        .flatMap(c -> Stream.of(c.getDeclaredMethods()))
        .filter(method -> method.getName().equals("initializeHelper"))
        .findFirst();
  }

  private static void invoke(Method method, Layer layer) {
    try {
      method.setAccessible(true);
      method.invoke(layer);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(
          layer.conf().getLayer().getLayerName() + " cannot be given to oneDNN", e);
    }
  }
}
