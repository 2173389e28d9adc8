package io.bnzoo.limits;

import io.bnzoo.files.ShownName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * The shapes of all activations of one example, computed without making any of them.
 *
 * @param layers rules of the layers
 * @param preprocessors rules of the preprocessors
 */
record ActivationShapes(LayerShapes layers, PreprocessorShapes preprocessors) {

  static ActivationShapes of(Sizes known) {
    return new ActivationShapes(new LayerShapes(known), new PreprocessorShapes(known));
  }

  /** A layer cannot take what comes before it. */
  static final class MisfitException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int passed;

    MisfitException(String message, int passed, Throwable cause) {
      super(message, cause);
      this.passed = passed;
    }

    /** How near it came: by the layers that did fit, then by the kind of what the next takes. */
    int nearness() {
      return 2 * passed + (getCause() instanceof LayerShapes.OtherKindException ? 0 : 1);
    }
  }

  /**
   * Walks through a sequential network.
   *
   * @throws MisfitException naming the layer that cannot take what comes before it
   * @throws Footprint.ExceededException naming the layer that needs too much
   */
  Footprint of(MultiLayerConfiguration network, ActivationShape input) throws IOException {
    Footprint footprint = new Footprint(List.of(input));
    ActivationShape shape = input;
    for (int i = 0; i < network.getConfs().size(); i++) {
      ActivationShape in = shape;
      NeuralNetConfiguration conf = network.getConf(i);
      InputPreProcessor before = network.getInputPreProcess(i);
      shape = named(nameOf(conf.getLayer(), i), i, () -> through(conf, before, in, footprint));
    }
    return footprint;
  }

  /** Walks through a graph; inputs are in the order of its own. */
  Footprint of(ComputationGraphConfiguration graph, GraphShape order, List<ActivationShape> inputs)
      throws IOException {
    Map<String, ActivationShape> shapes = new HashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      shapes.put(graph.getNetworkInputs().get(i), inputs.get(i));
    }
    VertexShapes vertices = new VertexShapes(Map.copyOf(shapes), preprocessors);
    Footprint footprint = new Footprint(inputs);
    int passed = 0;
    for (String name : order.order()) {
      List<ActivationShape> in =
          new ArrayList<>(graph.getVertexInputs().get(name).stream().map(shapes::get).toList());
      GraphVertex vertex = graph.getVertices().get(name);
      shapes.put(
          name,
          named(
              (vertex instanceof LayerVertex ? "layer " : "vertex ") + ShownName.of(name),
              passed++,
              () -> through(vertex, vertices, in, footprint)));
    }
    return footprint;
  }

  private ActivationShape through(
      GraphVertex vertex, VertexShapes vertices, List<ActivationShape> in, Footprint footprint)
      throws IOException {
    if (vertex instanceof LayerVertex layer) {
      return through(layer.getLayerConf(), layer.getPreProcessor(), in.get(0), footprint);
    }
    ActivationShape out = vertices.of(vertex, in);
    footprint.add(out);
    return out;
  }

  /** Through a preprocessor, which there need not be, and a layer. */
  private ActivationShape through(
      NeuralNetConfiguration conf,
      InputPreProcessor before,
      ActivationShape input,
      Footprint footprint)
      throws IOException {
    ActivationShape in = input;
    if (before != null) {
      in = preprocessors.of(before, in);
      footprint.add(in);
    }
    Layer layer = conf.getLayer();
    ActivationShape out = layers.of(layer, in);
    SameDiffParameters.check(layer);
    long parameters = layer.initializer().numParams(conf);
    footprint.add(layer, parameters, in, out);
    LossWeights.check(layer, out.channels());
    return out;
  }

  /** A layer as messages have it. */
  static String nameOf(Layer layer, int index) {
    return layer.getLayerName() == null
        ? "layer " + index
        : "layer " + ShownName.of(layer.getLayerName());
  }

  /** One step of a walk. */
  private interface ShapeRule {
    ActivationShape take() throws IOException;
  }

  private static ActivationShape named(String part, int passed, ShapeRule step) throws IOException {
    try {
      return step.take();
    } catch (Footprint.ExceededException e) {
      throw new Footprint.ExceededException("its " + part + " " + e.getMessage());
    } catch (IOException e) {
      throw new MisfitException("its " + part + " " + e.getMessage(), passed, e);
    } catch (RuntimeException e) { // What is missing where Deeplearning4j always has something.
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new MisfitException(
          "its " + part + " is not complete: " + ShownName.of(reason), passed, e);
    }
  }
}
