package io.bnzoo.compiler;

import io.bnzoo.compiler.LayerReader.Flow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * Reads a network to its end: after a layer that has no kernels it goes on with what Deeplearning4j
 * says that the layer gives.
 */
final class ReportReader {
  private static final Geometry UNKNOWN = Geometry.of(InputType.feedForward(1));

  private final Fusion fusion;

  /** What has been read, and what is read as if it had been. */
  private final Map<String, Flow> flows;

  /** What each gives, where Deeplearning4j can tell. */
  private final Map<String, InputType> types = new HashMap<>();

  private final List<LayerReport> reports = new ArrayList<>();

  private ReportReader(Fusion fusion, Map<String, Flow> flows) {
    this.fusion = fusion;
    this.flows = flows;
  }

  static List<LayerReport> read(MultiLayerNetwork network, InputType input) {
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations();
    Fusion fusion = new Fusion(List.of(geometry(input).orElse(UNKNOWN).size()));
    LayerReader layers = new LayerReader(fusion, network.conf().getSeed());
    Map<String, Flow> flows = new HashMap<>();
    geometry(input).ifPresent(known -> flows.put("input", new Flow(0, known)));
    ReportReader reader = new ReportReader(fusion, flows);
    reader.types.put("input", input);
    String before = "input";
    for (int i = 0; i < network.getnLayers(); i++) {
      int index = i;
      Layer layer = configuration.getConf(i).getLayer();
      String name = layer.getLayerName() == null ? Integer.toString(i) : layer.getLayerName();
      String given = before;
      reader.read(
          name,
          new LayerVertex(configuration.getConf(i), configuration.getInputPreProcess(i)),
          List.of(given),
          () -> NetworkReader.read(layers, flows.get(given), network, index));
      before = name;
    }
    return reader.reports;
  }

  static List<LayerReport> read(ComputationGraph network, List<InputType> inputs) {
    List<Geometry> sizes = inputs.stream().map(each -> geometry(each).orElse(UNKNOWN)).toList();
    NetworkReader vertices = new NetworkReader(network, sizes);
    ReportReader reader = new ReportReader(vertices.fusion(), vertices.flows());
    List<String> names = network.getConfiguration().getNetworkInputs();
    for (int i = 0; i < inputs.size(); i++) {
      reader.types.put(names.get(i), inputs.get(i));
      if (geometry(inputs.get(i)).isEmpty()) {
        reader.flows.remove(names.get(i));
      }
    }
    for (int index : network.topologicalSortOrder()) {
      String name = network.getVertices()[index].getVertexName();
      if (!names.contains(name)) {
        reader.read(
            name,
            network.getConfiguration().getVertices().get(name),
            network.getConfiguration().getVertexInputs().get(name),
            () -> vertices.read(index, name));
      }
      vertices.keepIfShared(name);
    }
    return reader.reports;
  }

  private void read(String name, GraphVertex vertex, List<String> inputs, Supplier<Flow> reading) {
    Optional<String> obstacle = unknown(inputs);
    if (obstacle.isEmpty()) {
      try {
        flows.put(name, reading.get());
      } catch (UnsupportedNetworkException e) {
        obstacle = Optional.of(e.reason());
      }
    }
    reports.add(new LayerReport(name, type(vertex), obstacle));
    Optional<InputType> result = result(vertex, inputs);
    result.ifPresent(type -> types.put(name, type));
    if (obstacle.isPresent()) {
      // Any operation does, for no activation and no bias becomes a part of this one.
      result
          .flatMap(ReportReader::geometry)
          .ifPresent(
              known ->
                  flows.put(
                      name, new Flow(fusion.add(new Operation.MergeOp(), known.size()), known)));
    }
  }

  /** What no kernel takes of what a layer is given. */
  private Optional<String> unknown(List<String> inputs) {
    return inputs.stream()
        .filter(name -> !flows.containsKey(name))
        .findFirst()
        .map(name -> "it is given " + describe(Optional.ofNullable(types.get(name))));
  }

  private static String describe(Optional<InputType> type) {
    return switch (type.map(InputType::getType).orElse(InputType.Type.FF)) {
      case RNN -> "sequences";
      case CNN3D -> "volumes";
      default -> "what no kernel gives";
    };
  }

  private Optional<InputType> result(GraphVertex vertex, List<String> inputs) {
    if (!types.keySet().containsAll(inputs)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          vertex.getOutputType(0, inputs.stream().map(types::get).toArray(InputType[]::new)));
    } catch (RuntimeException refused) { // Each layer refuses a wrong shape in its own way.
      return Optional.empty();
    }
  }

  private static Optional<Geometry> geometry(InputType type) {
    try {
      return Optional.of(Geometry.of(type));
    } catch (UnsupportedNetworkException e) {
      return Optional.empty();
    }
  }

  private static String type(GraphVertex vertex) {
    Object shown = vertex instanceof LayerVertex layer ? layer.getLayerConf().getLayer() : vertex;
    return shown.getClass().getSimpleName();
  }
}
