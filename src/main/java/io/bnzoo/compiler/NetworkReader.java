package io.bnzoo.compiler;

import static io.bnzoo.compiler.SettingsCheck.describe;
import static io.bnzoo.compiler.SettingsCheck.require;

import io.bnzoo.compiler.LayerReader.Flow;
import io.bnzoo.compiler.Operation.MapSize;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Follows a network from its inputs to its outputs. */
final class NetworkReader {
  private final ComputationGraph network;
  private final ComputationGraphConfiguration configuration;
  private final Fusion fusion;
  private final LayerReader layers;
  private final Map<String, Flow> flows = new HashMap<>();

  /** How many vertices read one, and once more if it is an output. */
  private final Map<String, Integer> readers = new HashMap<>();

  static NetworkGraph read(MultiLayerNetwork network, InputType input) {
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations();
    SettingsCheck.check(configuration);
    SettingsCheck.check(network.conf());
    Flow flow = new Flow(0, Geometry.of(input));
    Fusion fusion = new Fusion(List.of(flow.geometry().size()));
    LayerReader layers = new LayerReader(fusion, network.conf().getSeed());
    for (int i = 0; i < network.getnLayers(); i++) {
      flow = read(layers, flow, network, i);
    }
    return fusion.graph(List.of(flow.output()));
  }

  /** Reads one layer of a sequential network. */
  static Flow read(LayerReader layers, Flow given, MultiLayerNetwork network, int index) {
    ParameterViews layer = new ParameterViews(network.params(), index, network.getLayer(index));
    String name = layer.layer().getLayerName();
    layers.fusion().begin(name == null ? Integer.toString(index) : name);
    Flow prepared =
        layers.preprocess(given, network.getLayerWiseConfigurations().getInputPreProcess(index));
    return index == network.getnLayers() - 1 && LayerReader.isOutput(layer.layer())
        ? layers.readOutput(prepared, layer)
        : layers.read(prepared, layer);
  }

  static NetworkGraph read(ComputationGraph network, List<InputType> inputs) {
    return new NetworkReader(network, inputs.stream().map(Geometry::of).toList()).read();
  }

  NetworkReader(ComputationGraph network, List<Geometry> inputs) {
    this.network = network;
    this.configuration = network.getConfiguration();
    this.fusion = new Fusion(inputs.stream().map(Geometry::size).toList());
    this.layers = new LayerReader(fusion, network.conf().getSeed());
    List<String> names = configuration.getNetworkInputs();
    require(
        names.size() == inputs.size(),
        "it has " + names.size() + " inputs and is given " + inputs.size());
    for (int i = 0; i < inputs.size(); i++) {
      flows.put(names.get(i), new Flow(i, inputs.get(i)));
    }
    configuration.getVertexInputs().values().forEach(this::count);
    count(configuration.getNetworkOutputs());
  }

  private void count(List<String> read) {
    read.forEach(name -> readers.merge(name, 1, Integer::sum));
  }

  private NetworkGraph read() {
    SettingsCheck.check(configuration);
    SettingsCheck.check(network.conf());
    for (int index : network.topologicalSortOrder()) {
      String name = network.getVertices()[index].getVertexName();
      if (!flows.containsKey(name)) {
        flows.put(name, read(index, name));
      }
      keepIfShared(name);
    }
    List<String> outputs = configuration.getNetworkOutputs();
    return fusion.graph(outputs.stream().map(name -> flows.get(name).output()).toList());
  }

  /** Has nothing become a part of what several vertices read. */
  void keepIfShared(String name) {
    if (readers.getOrDefault(name, 0) > 1 && flows.containsKey(name)) {
      fusion.keep(flows.get(name).value());
    }
  }

  /** Where operations are added. */
  Fusion fusion() {
    return fusion;
  }

  /** What has been read, by the names of vertices. */
  Map<String, Flow> flows() {
    return flows;
  }

  /** Reads one vertex, whose inputs have been read. */
  Flow read(int index, String name) {
    require(readers.containsKey(name), name + " leads to no output");
    fusion.begin(name);
    GraphVertex vertex = configuration.getVertices().get(name);
    List<Flow> given = configuration.getVertexInputs().get(name).stream().map(flows::get).toList();
    if (vertex instanceof LayerVertex layerVertex) {
      Flow prepared = layers.preprocess(given.get(0), layerVertex.getPreProcessor());
      ParameterViews layer =
          new ParameterViews(network.params(), index, network.getVertices()[index].getLayer());
      if (!LayerReader.isOutput(layer.layer())) {
        return layers.read(prepared, layer);
      }
      require(
          configuration.getNetworkOutputs().contains(name) && readers.get(name) == 1,
          describe(layer.layer()) + " is not at the end");
      return layers.readOutput(prepared, layer);
    }
    if (vertex instanceof PreprocessorVertex step) {
      return layers.preprocess(given.get(0), step.getPreProcessor());
    }
    if (given.size() == 1
        && (vertex.getClass() == ElementWiseVertex.class
            || vertex.getClass() == MergeVertex.class)) {
      return given.get(0);
    }
    if (vertex instanceof ElementWiseVertex elementWise) {
      return combine(name, combination(elementWise.getOp(), given.size()), given);
    }
    if (vertex instanceof ScaleVertex scale) {
      List<Float> factor = List.of((float) scale.getScaleFactor());
      return combine(name, new Operation.SumOp(factor), given);
    }
    if (vertex instanceof MergeVertex merge) {
      return merge(name, merge.getMergeAxis(), given);
    }
    if (vertex instanceof SubsetVertex subset) {
      return subset(name, subset, given.get(0));
    }
    if (vertex instanceof L2NormalizeVertex unitNorm) {
      require(
          normalizesRows(unitNorm.getDimension())
              && given.get(0).geometry().images().isEmpty()
              && !given.get(0).geometry().isSequence(),
          name + " normalizes other than the rows of vectors");
      return combine(name, new Operation.UnitNormOp(unitNorm.getEps()), given);
    }
    throw new UnsupportedNetworkException(
        "there is no kernel for " + vertex.getClass().getSimpleName() + " " + name);
  }

  private static boolean normalizesRows(int... axes) {
    return axes == null || axes.length == 0 || Arrays.equals(axes, new int[] {1});
  }

  private static Operation combination(ElementWiseVertex.Op kind, int sources) {
    return switch (kind) {
      case Add -> new Operation.SumOp(Collections.nCopies(sources, 1f));
      case Average -> new Operation.SumOp(Collections.nCopies(sources, 1f / sources));
      case Subtract -> new Operation.SumOp(List.of(1f, -1f));
      case Product -> new Operation.ProductOp();
      case Max -> new Operation.MaximumOp();
    };
  }

  private Flow combine(String name, Operation combination, List<Flow> given) {
    Geometry geometry = given.get(0).geometry();
    require(
        given.stream().allMatch(flow -> flow.geometry().isLike(geometry)),
        name + " combines values of different sizes");
    Integer[] sources = given.stream().map(Flow::value).toArray(Integer[]::new);
    return new Flow(fusion.add(combination, geometry.size(), sources), geometry);
  }

  private Flow merge(String name, int axis, List<Flow> given) {
    Geometry first = given.get(0).geometry();
    require(!first.isSequence(), name + " merges sequences");
    long channels = 0;
    for (Flow flow : given) {
      channels += flow.geometry().size().channels();
      Geometry geometry = flow.geometry();
      require(
          geometry.withChannels(1).isLike(first.withChannels(1)),
          name + " merges images of different sizes");
    }
    int channelAxis = first.images().isPresent() && first.format() == CNN2DFormat.NHWC ? 3 : 1;
    require(axis == channelAxis, name + " merges along another axis than the channels'");
    Geometry merged = first.withChannels(channels);
    Integer[] sources = given.stream().map(Flow::value).toArray(Integer[]::new);
    return new Flow(fusion.add(new Operation.MergeOp(), merged.size(), sources), merged);
  }

  /** From one channel or value to another, both included. */
  private Flow subset(String name, SubsetVertex subset, Flow given) {
    Geometry geometry = given.geometry();
    require(!geometry.isSequence(), name + " takes a range of sequences");
    MapSize whole = geometry.size();
    require(
        geometry.images().isEmpty() || geometry.format() == CNN2DFormat.NCHW,
        name + " takes a range of rows, not of channels");
    require(
        0 <= subset.getFrom()
            && subset.getFrom() <= subset.getTo()
            && subset.getTo() < whole.channels(),
        name + " takes what is not there");
    Geometry part = geometry.withChannels(subset.getTo() - subset.getFrom() + 1L);
    Operation.Region region = new Operation.Region(whole, part.size(), subset.getFrom(), 0, 0);
    return new Flow(fusion.add(new Operation.CroppingOp(region), part.size(), given.value()), part);
  }
}
