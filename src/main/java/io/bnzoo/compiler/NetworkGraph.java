package io.bnzoo.compiler;

import io.bnzoo.compiler.Operation.MapSize;
import io.bnzoo.onednn.ActivationFunction;
import io.bnzoo.onednn.NativeScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * A network's computation as operations that have kernels, a sequential network's as that of a
 * graph.
 *
 * <p>Its values are numbered: the inputs first, then the result of each node.
 *
 * @param inputs the size of each input for one example
 * @param nodes in an order in which they can run
 * @param outputs what it gives, of output layers what is before their activation
 */
public record NetworkGraph(List<MapSize> inputs, List<Node> nodes, List<Output> outputs) {

  /**
   * One operation within a network.
   *
   * @param operation what is computed
   * @param sources the numbers of the values that it is applied to
   * @param size of its result for one example
   * @param layers the names of the layers or vertices that it computes, one after the other
   */
  public record Node(
      Operation operation, List<Integer> sources, MapSize size, List<String> layers) {
    /** Copies the lists. */
    public Node {
      sources = List.copyOf(sources);
      layers = List.copyOf(layers);
    }

    /** Another operation in its place, which computes a part of another layer, too. */
    Node with(Operation other, String layer) {
      List<String> both =
          layers.contains(layer)
              ? layers
              : Stream.concat(layers.stream(), Stream.of(layer)).toList();
      return new Node(other, sources, size, both);
    }
  }

  /**
   * A value that a network gives.
   *
   * @param value its number
   * @param images the order of axes in which Deeplearning4j has it; empty for vectors
   */
  public record Output(int value, Optional<CNN2DFormat> images) {}

  /** Copies the lists. */
  public NetworkGraph {
    inputs = List.copyOf(inputs);
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
  }

  /**
   * Reads a sequential network's configuration.
   *
   * @param input what the network is given: vectors, or images in one of the orders of axes
   * @throws UnsupportedNetworkException if a part of it has no kernels here
   */
  public static NetworkGraph of(MultiLayerNetwork network, InputType input) {
    try (NativeScope made = new NativeScope()) {
      return NetworkReader.read(network, input);
    }
  }

  /**
   * Reads a graph's configuration.
   *
   * @param inputs what the network is given, in the order of its inputs
   * @throws UnsupportedNetworkException likewise
   */
  public static NetworkGraph of(ComputationGraph network, List<InputType> inputs) {
    try (NativeScope made = new NativeScope()) {
      return NetworkReader.read(network, inputs);
    }
  }

  /**
   * Reads a sequential network layer by layer, and goes on after one that has no kernels.
   *
   * @param input as for {@link #of(MultiLayerNetwork, InputType)}
   * @return every layer, in order; where all have kernels, something else may still keep the whole
   *     network from them
   */
  public static List<LayerReport> report(MultiLayerNetwork network, InputType input) {
    try (NativeScope made = new NativeScope()) {
      return ReportReader.read(network, input);
    }
  }

  /** The same for a graph: every vertex, each behind those that it reads. */
  public static List<LayerReport> report(ComputationGraph network, List<InputType> inputs) {
    try (NativeScope made = new NativeScope()) {
      return ReportReader.read(network, inputs);
    }
  }

  /**
   * The part of it that computes what some batch normalizations are given: an output for each, as
   * [C,H,W] or [F].
   *
   * @param means where the running mean of each starts in Deeplearning4j's vector of all parameters
   * @throws IllegalArgumentException if there is none of that mean
   */
  public NetworkGraph before(List<Long> means) {
    List<Integer> wanted = means.stream().map(this::given).toList();
    boolean[] needed = new boolean[values()];
    wanted.forEach(value -> needed[value] = true);
    for (int i = nodes.size() - 1; i >= 0; i--) {
      if (needed[value(i)]) {
        nodes.get(i).sources().forEach(source -> needed[source] = true);
      }
    }
    int[] renumbered = IntStream.range(0, values()).toArray();
    List<Node> kept = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      if (needed[value(i)]) {
        Node node = nodes.get(i);
        List<Integer> sources = node.sources().stream().map(value -> renumbered[value]).toList();
        kept.add(new Node(node.operation(), sources, node.size(), node.layers()));
        renumbered[value(i)] = value(kept.size() - 1);
      }
    }
    List<Output> given =
        wanted.stream().map(value -> new Output(renumbered[value], Optional.empty())).toList();
    return new NetworkGraph(inputs, kept, given);
  }

  /** What the batch normalization with a running mean is given. */
  private int given(long mean) {
    for (Node node : nodes) {
      if (node.operation() instanceof Operation.NormalizationOp found
          && found.mean().offset() == mean) {
        return node.sources().get(0);
      }
    }
    throw new IllegalArgumentException("no batch normalization has its running mean at " + mean);
  }

  /** The number of the value that a node gives. */
  int value(int node) {
    return inputs.size() + node;
  }

  /** How many values there are. */
  int values() {
    return value(nodes.size());
  }

  /** The size of a value for one example. */
  public MapSize size(int value) {
    return value < inputs.size() ? inputs.get(value) : nodes.get(value - inputs.size()).size();
  }

  /** The size of each output for one example. */
  public List<MapSize> outputSizes() {
    return outputs.stream().map(output -> size(output.value())).toList();
  }

  /** All operations, in order. */
  Stream<Operation> operations() {
    return nodes.stream().map(Node::operation);
  }

  /** For each value, whether it depends on a parameter that steps change. */
  boolean[] learned() {
    boolean[] learned = new boolean[values()];
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      learned[value(i)] =
          node.operation().learns() || node.sources().stream().anyMatch(source -> learned[source]);
    }
    return learned;
  }

  /** For each value, the positions of the outputs that depend on it, other than itself. */
  List<Set<Integer>> dependents() {
    List<Set<Integer>> dependents = new ArrayList<>();
    for (int value = 0; value < values(); value++) {
      dependents.add(new TreeSet<>());
    }
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Set<Integer> reached = new TreeSet<>(dependents.get(value(i)));
      for (int output = 0; output < outputs.size(); output++) {
        if (outputs.get(output).value() == value(i)) {
          reached.add(output);
        }
      }
      nodes.get(i).sources().forEach(source -> dependents.get(source).addAll(reached));
    }
    return dependents;
  }

  /** For each value, how many operations are applied to it, and once more if it is an output. */
  int[] uses() {
    int[] uses = new int[values()];
    nodes.forEach(node -> node.sources().forEach(source -> uses[source]++));
    outputs.forEach(output -> uses[output.value()]++);
    return uses;
  }

  /** The same computation with each activation function as an operation of its own. */
  public NetworkGraph unfused() {
    int[] renumbered = IntStream.range(0, values()).toArray();
    List<Node> plain = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      List<Integer> sources = node.sources().stream().map(source -> renumbered[source]).toList();
      List<Operation> operations = unfused(node.operation());
      for (Operation operation : operations) {
        boolean first = operation.equals(operations.get(0));
        String layer = node.layers().get(first ? 0 : node.layers().size() - 1);
        plain.add(new Node(operation, sources, node.size(), List.of(layer)));
        renumbered[value(i)] = value(plain.size() - 1);
        sources = List.of(renumbered[value(i)]);
      }
    }
    List<Output> same =
        outputs.stream()
            .map(output -> new Output(renumbered[output.value()], output.images()))
            .toList();
    return new NetworkGraph(inputs, plain, same);
  }

  private static List<Operation> unfused(Operation operation) {
    if (operation instanceof Operation.LinearOp linear && linear.activation().isPresent()) {
      return List.of(
          linear.withActivation(Optional.empty()),
          new Operation.ActivationOp(linear.activation().get()));
    }
    if (operation instanceof Operation.NormalizationOp normalization && normalization.rectified()) {
      return List.of(
          normalization.withRectified(false), new Operation.ActivationOp(ActivationFunction.RELU));
    }
    return List.of(operation);
  }

  /** How many time steps the longest sequence has, which run one after the other; at least 1. */
  public int steps() {
    return operations()
        .filter(Operation.LstmOp.class::isInstance)
        .mapToInt(operation -> ((Operation.LstmOp) operation).steps())
        .max()
        .orElse(1);
  }

  /**
   * The floating-point operations of a training step, counting convolutions and matrix products
   * only: a multiplication and an addition for each product of a weight and a value, forward, for
   * the gradient of the weights, and, where something is learned before, for that of the values.
   */
  public long operationsOfStep(int batch) {
    boolean[] learned = learned();
    long products = 0;
    for (Node node : nodes) {
      if (node.operation() instanceof Operation.LinearOp linear) {
        products += (learned[node.sources().get(0)] ? 3 : 2) * linear.products();
      } else if (node.operation() instanceof Operation.LstmOp lstm) {
        products += 3 * lstm.products();
      }
    }
    return 2 * products * batch;
  }
}
