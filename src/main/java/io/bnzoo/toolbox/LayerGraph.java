package io.bnzoo.toolbox;

import io.bnzoo.layer.WrappedLayers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** What follows what in either kind of network, by the keys of {@link BatchNorm}. */
final class LayerGraph {

  /**
   * A layer or another vertex.
   *
   * @param layer its configuration without a wrapper; none for a vertex that is no layer
   * @param preprocessor what its input goes through first
   * @param inputs the keys of what it reads; the network's own inputs have no node
   */
  record Node(
      String key,
      String name,
      Optional<Layer> layer,
      Optional<InputPreProcessor> preprocessor,
      List<String> inputs) {
    /** Whether it is a layer of this class. */
    boolean is(Class<?>... types) {
      for (Class<?> type : types) {
        if (layer.filter(type::isInstance).isPresent()) {
          return true;
        }
      }
      return false;
    }
  }

  private final Map<String, Node> nodes = new LinkedHashMap<>();

  private LayerGraph() {}

  static LayerGraph of(Model model) {
    LayerGraph graph = new LayerGraph();
    if (model instanceof MultiLayerNetwork network) {
      for (int i = 0; i < network.getnLayers(); i++) {
        Layer layer = network.getLayerWiseConfigurations().getConf(i).getLayer();
        String name = layer.getLayerName();
        graph.add(
            new Node(
                String.valueOf(i),
                name == null ? "layer " + i : name,
                Optional.of(WrappedLayers.thawed(layer)),
                Optional.ofNullable(network.getLayerWiseConfigurations().getInputPreProcess(i)),
                i == 0 ? List.of() : List.of(String.valueOf(i - 1))));
      }
      return graph;
    }
    ComputationGraph network = (ComputationGraph) model;
    for (int index : network.topologicalSortOrder()) {
      String key = network.getVertices()[index].getVertexName();
      List<String> inputs = network.getConfiguration().getVertexInputs().get(key);
      if (inputs == null) {
        continue; // One of the network's inputs.
      }
      Optional<LayerVertex> vertex =
          Optional.of(network.getConfiguration().getVertices().get(key))
              .filter(LayerVertex.class::isInstance)
              .map(LayerVertex.class::cast);
      graph.add(
          new Node(
              key,
              key,
              vertex.map(each -> WrappedLayers.thawed(each.getLayerConf().getLayer())),
              vertex.map(LayerVertex::getPreProcessor),
              inputs));
    }
    return graph;
  }

  private void add(Node node) {
    nodes.put(node.key(), node);
  }

  /** All of them, each behind what it reads. */
  List<Node> nodes() {
    return List.copyOf(nodes.values());
  }

  Node node(String key) {
    return nodes.get(key);
  }

  /** The one that a node reads; none if that is the network's input, or there are several. */
  Optional<Node> before(Node node) {
    return node.inputs().size() == 1
        ? Optional.ofNullable(nodes.get(node.inputs().get(0)))
        : Optional.empty();
  }

  /** Those that read a node. */
  List<Node> after(Node node) {
    List<Node> readers = new ArrayList<>();
    for (Node each : nodes.values()) {
      if (each.inputs().contains(node.key())) {
        readers.add(each);
      }
    }
    return readers;
  }
}
