package io.bnzoo.compiler;

import io.bnzoo.compiler.NetworkGraph.Node;
import io.bnzoo.compiler.Operation.MapSize;
import io.bnzoo.onednn.ActivationFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A network's operations as they are read. An activation function after a linear layer, and a ReLU
 * or a bias after a normalization, become a part of it: one kernel instead of two.
 */
final class Fusion {
  private final List<MapSize> inputs;
  private final List<Node> nodes = new ArrayList<>();
  private final Set<Integer> kept = new HashSet<>();
  private final Set<Integer> learned = new HashSet<>();
  private String layer = "";

  Fusion(List<MapSize> inputs) {
    this.inputs = List.copyOf(inputs);
  }

  NetworkGraph graph(List<NetworkGraph.Output> outputs) {
    return new NetworkGraph(inputs, nodes, outputs);
  }

  /** Names the layer, or the vertex, that is read from now on. */
  void begin(String name) {
    layer = name;
  }

  /** Adds an operation and gives the number of its result. */
  int add(Operation operation, MapSize size, Integer... sources) {
    nodes.add(new Node(operation, Arrays.asList(sources), size, List.of(layer)));
    int value = inputs.size() + nodes.size() - 1;
    if (operation.learns() || Arrays.stream(sources).anyMatch(learned::contains)) {
      learned.add(value);
    }
    return value;
  }

  /** Whether a value depends on a parameter that steps change. */
  boolean learns(int value) {
    return learned.contains(value);
  }

  /** From now on nothing becomes a part of the operation that gave a value: others need it. */
  void keep(int value) {
    kept.add(value);
  }

  /** Applies a function to a value and gives the number of the result. */
  int activate(int value, ActivationFunction function) {
    return replace(value, before -> activated(before, function))
        ? value
        : add(new Operation.ActivationOp(function), size(value), value);
  }

  private static Optional<Operation> activated(Operation last, ActivationFunction function) {
    if (last instanceof Operation.LinearOp linear
        && linear.activation().isEmpty()
        && function.isDerivedFromResult()) {
      return Optional.of(linear.withActivation(Optional.of(function)));
    }
    return last instanceof Operation.NormalizationOp normalization
            && !normalization.rectified()
            && function.equals(ActivationFunction.RELU)
        ? Optional.of(normalization.withRectified(true))
        : Optional.empty();
  }

  /** Adds a bias to the normalization that gave a value; false if there is none without one. */
  boolean addBias(int value, Parameter bias) {
    return replace(value, before -> biased(before, bias));
  }

  private static Optional<Operation> biased(Operation last, Parameter bias) {
    return last instanceof Operation.NormalizationOp normalization
            && normalization.bias().isEmpty()
            && !normalization.rectified()
        ? Optional.of(normalization.withBias(bias))
        : Optional.empty();
  }

  private MapSize size(int value) {
    return value < inputs.size() ? inputs.get(value) : nodes.get(value - inputs.size()).size();
  }

  /** Replaces the operation that gave a value, if one did that nobody else needs as it is. */
  private boolean replace(int value, Function<Operation, Optional<Operation>> change) {
    int index = value - inputs.size();
    if (index < 0 || kept.contains(value)) {
      return false;
    }
    Node node = nodes.get(index);
    Optional<Operation> changed = change.apply(node.operation());
    changed.ifPresent(operation -> nodes.set(index, node.with(operation, layer)));
    return changed.isPresent();
  }
}
