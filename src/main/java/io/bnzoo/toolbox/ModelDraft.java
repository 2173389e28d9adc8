package io.bnzoo.toolbox;

import io.bnzoo.layer.WrappedLayers;
import io.bnzoo.zoo.MeanSigmoidCrossEntropy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A copy of a model taken apart, in which layers are changed, exchanged or left out before it is
 * put together again.
 *
 * <p>Its configuration goes through JSON, as it does in a file, so that nothing is shared with the
 * model. Of the parameters, those that nobody exchanges are the model's own until the new one has
 * its copies.
 */
final class ModelDraft {
  private static final String INPUT = "input";

  /** A layer of a sequential network, or a vertex of a graph. */
  static final class Node {
    private final GraphVertex vertex;
    private final Map<String, INDArray> parameters;
    private final Optional<String> label;
    private String key;
    private List<String> inputs;

    private Node(
        String key,
        Optional<String> label,
        GraphVertex vertex,
        List<String> inputs,
        Map<String, INDArray> parameters) {
      this.key = key;
      this.label = label;
      this.vertex = vertex;
      this.inputs = inputs;
      this.parameters = new LinkedHashMap<>(parameters);
    }

    /** The layer's index, or the vertex's name, in the model. */
    String key() {
      return key;
    }

    /** As messages have it. */
    String name() {
      return label.orElse(key);
    }

    GraphVertex vertex() {
      return vertex;
    }

    /** What it is computed from. */
    List<String> inputs() {
      return inputs;
    }

    /** Its layer, without what freezes it. */
    Optional<Layer> layer() {
      return vertex instanceof LayerVertex layer
          ? Optional.of(WrappedLayers.thawed(layer.getLayerConf().getLayer()))
          : Optional.empty();
    }

    /** Its layer, if it is of this very class. */
    <L extends Layer> Optional<L> layer(Class<L> type) {
      return layer().filter(layer -> layer.getClass() == type).map(type::cast);
    }

    /** Exchanges its layer, which stays frozen if it was. */
    void setLayer(Layer layer) {
      LayerVertex place = (LayerVertex) vertex;
      place.getLayerConf().setLayer(likewise(place.getLayerConf().getLayer(), layer));
    }

    Optional<InputPreProcessor> preprocessor() {
      return vertex instanceof LayerVertex layer
          ? Optional.ofNullable(layer.getPreProcessor())
          : Optional.empty();
    }

    void setPreprocessor(Optional<InputPreProcessor> preprocessor) {
      ((LayerVertex) vertex).setPreProcessor(preprocessor.orElse(null));
    }

    /** Its parameters by name; an array that is to be changed is exchanged for another. */
    Map<String, INDArray> parameters() {
      return parameters;
    }
  }

  private final Model model;
  private final List<Node> nodes = new ArrayList<>();
  private final List<String> outputs = new ArrayList<>();
  private final Optional<MultiLayerConfiguration> sequence;
  private final Optional<ComputationGraphConfiguration> graph;

  /**
   * Takes a copy apart.
   *
   * @param model a {@link MultiLayerNetwork} or a {@link ComputationGraph}, initialized
   */
  ModelDraft(Model model) {
    this.model = model;
    if (model instanceof MultiLayerNetwork network) {
      sequence =
          Optional.of(
              MultiLayerConfiguration.fromJson(network.getLayerWiseConfigurations().toJson()));
      graph = Optional.empty();
      read(network, sequence.get());
    } else if (model instanceof ComputationGraph network) {
      sequence = Optional.empty();
      graph =
          Optional.of(ComputationGraphConfiguration.fromJson(network.getConfiguration().toJson()));
      read(network, graph.get());
    } else {
      throw new IllegalArgumentException(
          "a MultiLayerNetwork or a ComputationGraph is needed, got " + model.getClass().getName());
    }
  }

  private void read(MultiLayerNetwork network, MultiLayerConfiguration configuration) {
    String before = INPUT;
    for (int i = 0; i < network.getnLayers(); i++) {
      String key = String.valueOf(i);
      String name = configuration.getConf(i).getLayer().getLayerName();
      nodes.add(
          new Node(
              key,
              Optional.of(name == null ? "layer " + i : name),
              new LayerVertex(configuration.getConf(i), configuration.getInputPreProcess(i)),
              List.of(before),
              network.getLayer(i).paramTable()));
      before = key;
    }
    outputs.add(before);
  }

  private void read(ComputationGraph network, ComputationGraphConfiguration configuration) {
    for (int index : network.topologicalSortOrder()) {
      org.deeplearning4j.nn.graph.vertex.GraphVertex vertex = network.getVertices()[index];
      String name = vertex.getVertexName();
      if (configuration.getVertices().containsKey(name)) { // Inputs have none.
        Map<String, INDArray> parameters = vertex.paramTable(false);
        nodes.add(
            new Node(
                name,
                Optional.empty(),
                configuration.getVertices().get(name),
                configuration.getVertexInputs().get(name),
                parameters == null ? Map.of() : parameters));
      }
    }
    outputs.addAll(configuration.getNetworkOutputs());
  }

  private static Layer likewise(Layer old, Layer layer) {
    Layer wrapped = layer;
    if (old instanceof FrozenLayer frozen) {
      wrapped = new FrozenLayer(likewise(frozen.getLayer(), layer));
    } else if (old instanceof FrozenLayerWithBackprop frozen) {
      wrapped = new FrozenLayerWithBackprop(likewise(frozen.getUnderlying(), layer));
    }
    wrapped.setLayerName(old.getLayerName());
    return wrapped;
  }

  /** The model that it was made from. */
  Model model() {
    return model;
  }

  /** In the order in which a prediction computes them. */
  List<Node> nodes() {
    return List.copyOf(nodes);
  }

  /** What a node is computed from, where that is one other node. */
  Optional<Node> source(Node node) {
    return node.inputs.size() == 1
        ? nodes.stream().filter(other -> other.key.equals(node.inputs.get(0))).findFirst()
        : Optional.empty();
  }

  /** The nodes that are computed from a node, each as often as it takes it. */
  List<Node> readers(Node node) {
    return nodes.stream()
        .flatMap(other -> other.inputs.stream().filter(node.key::equals).map(input -> other))
        .toList();
  }

  /** Whether the model gives what a node computes. */
  boolean isOutput(Node node) {
    return outputs.contains(node.key);
  }

  /** Whether a node takes an input of the model itself. */
  boolean takesInput(Node node) {
    return node.inputs.stream()
        .anyMatch(input -> nodes.stream().noneMatch(other -> other.key.equals(input)));
  }

  /**
   * Leaves a node out: those that took it take its only input. An output's name goes over to what
   * takes its place.
   */
  void remove(Node node) {
    String input = node.inputs.get(0);
    nodes.remove(node);
    if (graph.isPresent() && isOutput(node)) {
      Node heir = source(node).orElseThrow();
      heir.key = node.key;
      heir.layer().ifPresent(layer -> layer.setLayerName(node.key));
      replace(input, node.key);
    } else {
      outputs.replaceAll(output -> output.equals(node.key) ? input : output);
      replace(node.key, input);
    }
  }

  private void replace(String old, String with) {
    for (Node node : nodes) {
      node.inputs = node.inputs.stream().map(input -> input.equals(old) ? with : input).toList();
    }
  }

  /** Puts the model together, without a trace of its training. */
  Model build() {
    Model built = sequence.isPresent() ? sequence(sequence.get()) : graph(graph.get());
    MeanSigmoidCrossEntropy.restoreIn(built);
    return built;
  }

  private Model sequence(MultiLayerConfiguration configuration) {
    Map<Integer, InputPreProcessor> preprocessors = new HashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      int index = i;
      nodes.get(i).preprocessor().ifPresent(step -> preprocessors.put(index, step));
    }
    configuration.setConfs(
        nodes.stream().map(node -> ((LayerVertex) node.vertex).getLayerConf()).toList());
    configuration.getConfs().forEach(layer -> layer.clearVariables());
    configuration.setInputPreProcessors(preprocessors);
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    for (int i = 0; i < nodes.size(); i++) {
      fill(nodes.get(i), network.getLayer(i).paramTable());
    }
    return network;
  }

  private Model graph(ComputationGraphConfiguration configuration) {
    Map<String, GraphVertex> vertices = new LinkedHashMap<>();
    Map<String, List<String>> inputs = new LinkedHashMap<>();
    for (Node node : nodes) {
      vertices.put(node.key, node.vertex);
      inputs.put(node.key, node.inputs);
      if (node.vertex instanceof LayerVertex layer) {
        layer.getLayerConf().clearVariables();
      }
    }
    configuration.setVertices(vertices);
    configuration.setVertexInputs(inputs);
    configuration.setTopologicalOrder(null);
    configuration.setTopologicalOrderStr(null);
    ComputationGraph network = new ComputationGraph(configuration);
    network.init();
    for (Node node : nodes) {
      if (!node.parameters.isEmpty()) {
        fill(node, network.getVertex(node.key).paramTable(false));
      }
    }
    return network;
  }

  private static void fill(Node node, Map<String, INDArray> places) {
    node.parameters.forEach(
        (name, values) -> {
          INDArray place = places.get(name);
          boolean alike = values.rank() == place.rank();
          place.assign(alike ? values : values.reshape(place.shape()));
        });
  }
}
