package io.bnzoo.limits;

import io.bnzoo.files.ShownName;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;

/**
 * How the vertices of a graph are connected.
 *
 * <p>Deeplearning4j believes the order that a file gives its vertices, and does not look for a
 * cycle then.
 *
 * @param order every vertex after those that it takes its input from; the graph's inputs are not
 *     among them
 */
record GraphShape(List<String> order) {

  /**
   * Checks a graph.
   *
   * @throws IOException naming the vertex that has no known input, or is part of a cycle
   */
  static GraphShape of(ComputationGraphConfiguration graph) throws IOException {
    Map<String, GraphVertex> vertices = graph.getVertices();
    List<String> inputs = orNone(graph.getNetworkInputs());
    List<String> outputs = orNone(graph.getNetworkOutputs());
    require(!inputs.isEmpty(), "has no inputs");
    require(new HashSet<>(inputs).size() == inputs.size(), "has two inputs of one name");
    require(!outputs.isEmpty(), "has no outputs");
    for (String input : inputs) {
      require(!vertices.containsKey(input), "has an input and a vertex named " + shown(input));
    }
    for (String output : outputs) {
      require(vertices.containsKey(output), "has the output " + shown(output) + " and no vertex");
    }
    Map<String, List<String>> edges = edges(graph, new HashSet<>(inputs));
    List<String> order = order(edges, inputs);
    checkGivenOrder(graph, edges, inputs);
    return new GraphShape(order);
  }

  /** What each vertex takes its input from. */
  private static Map<String, List<String>> edges(
      ComputationGraphConfiguration graph, Set<String> inputs) throws IOException {
    Map<String, GraphVertex> vertices = graph.getVertices();
    Map<String, List<String>> edges = new HashMap<>();
    for (Map.Entry<String, GraphVertex> entry : vertices.entrySet()) {
      String name = entry.getKey();
      List<String> sources = orNone(graph.getVertexInputs().get(name));
      GraphVertex vertex = entry.getValue();
      require(vertex != null, "has nothing in the place of its vertex " + shown(name));
      require(
          !sources.isEmpty() && sources.size() <= mostInputs(vertex),
          "gives its vertex " + shown(name) + " " + sources.size() + " inputs");
      for (String source : sources) {
        require(
            vertices.containsKey(source) || inputs.contains(source),
            "gives its vertex " + shown(name) + " the input " + shown(source) + ", which is none");
      }
      edges.put(name, sources);
    }
    require(
        vertices.keySet().containsAll(graph.getVertexInputs().keySet()),
        "gives inputs to vertices that it does not have");
    return edges;
  }

  private static int mostInputs(GraphVertex vertex) {
    // Of queries, keys and values; the class itself says one.
    return vertex instanceof AttentionVertex ? 3 : vertex.maxVertexInputs();
  }

  private static List<String> order(Map<String, List<String>> edges, List<String> inputs)
      throws IOException {
    Map<String, Integer> missing = new HashMap<>();
    Map<String, List<String>> consumers = new HashMap<>();
    edges.forEach(
        (name, sources) -> {
          missing.put(name, sources.size());
          sources.forEach(
              source -> consumers.computeIfAbsent(source, key -> new ArrayList<>()).add(name));
        });
    List<String> order = new ArrayList<>();
    Deque<String> known = new ArrayDeque<>(inputs);
    while (!known.isEmpty()) {
      for (String consumer : consumers.getOrDefault(known.removeFirst(), List.of())) {
        if (missing.merge(consumer, -1, Integer::sum) == 0) {
          order.add(consumer);
          known.add(consumer);
        }
      }
    }
    if (order.size() < edges.size()) {
      List<String> left = new ArrayList<>(edges.keySet());
      left.removeAll(order);
      require(false, "has a cycle in which its vertex " + shown(left.get(0)) + " takes part");
    }
    return order;
  }

  /** The order in the file, which Deeplearning4j takes over. */
  private static void checkGivenOrder(
      ComputationGraphConfiguration graph, Map<String, List<String>> edges, List<String> inputs)
      throws IOException {
    if (graph.getTopologicalOrder() == null || graph.getTopologicalOrderStr() == null) {
      return;
    }
    int[] indices = graph.getTopologicalOrder();
    List<String> names = graph.getTopologicalOrderStr();
    int all = edges.size() + inputs.size();
    Set<Integer> differentIndices = new HashSet<>();
    for (int index : indices) {
      require(index < all, "has an order of its vertices that has other ones");
      differentIndices.add(index);
    }
    require(
        indices.length == all && differentIndices.size() == all && names.size() == all,
        "has an order of its vertices that has other ones");
    Set<String> before = new HashSet<>();
    for (String name : names) {
      require(
          inputs.contains(name) || edges.containsKey(name),
          "has an order of its vertices that has other ones");
      require(
          before.containsAll(edges.getOrDefault(name, List.of())) && before.add(name),
          "has an order in which its vertex " + shown(name) + " is before its inputs");
    }
  }

  private static List<String> orNone(List<String> names) {
    return names == null ? List.of() : names;
  }

  private static String shown(String name) {
    return ShownName.of(String.valueOf(name));
  }

  private static void require(boolean condition, String otherwise) throws IOException {
    if (!condition) {
      throw new IOException("its graph " + otherwise);
    }
  }
}
