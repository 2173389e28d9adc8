package io.bnzoo.storage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Configurations with one number replaced: each number that each kind of layer, vertex, updater and
 * the like has, once, by each of several values.
 */
final class HostileNumbers {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final List<JsonNode> VALUES =
      List.of(
          NODES.numberNode(0),
          NODES.numberNode(-1),
          NODES.numberNode(1_000_000_000),
          NODES.numberNode(3000),
          NODES.textNode("NaN"),
          NODES.nullNode(),
          NODES.textNode("x"));

  /** Every layer has these; what they do does not depend on the layer. */
  private static final Set<String> COMMON =
      Set.of(
          "biasInit",
          "gainInit",
          "gradientNormalizationThreshold",
          "l1",
          "l2",
          "learningRate",
          "epsilon",
          "value");

  private static final int MOST_OF_COMMON = 2;

  private final ObjectMapper mapper = new ObjectMapper();
  private final Set<String> seen = new HashSet<>();
  private final Map<String, Integer> common = new HashMap<>();

  /** A configuration and what was done to it. */
  record Mutant(String name, String json) {}

  /** Of a network, those that no network before had. */
  List<Mutant> of(String network, String json) throws IOException {
    List<Mutant> mutants = new ArrayList<>();
    JsonNode root = mapper.readTree(json);
    visit(
        root,
        network,
        "",
        what -> {
          try {
            mutants.add(new Mutant(what, mapper.writeValueAsString(root)));
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
    return mutants;
  }

  private void visit(JsonNode node, String where, String owner, Consumer<String> mutated) {
    if (node instanceof ObjectNode object) {
      String type = object.path("@class").asText(owner);
      String simple = type.substring(type.lastIndexOf('.') + 1);
      for (String name : new ArrayList<>(names(object))) {
        JsonNode old = object.get(name);
        if (isNumber(old) && isNew(simple, name)) {
          for (JsonNode value : VALUES) {
            object.set(name, value);
            mutated.accept(where + ": " + simple + "." + name + " = " + value);
          }
          object.set(name, old);
        } else {
          visit(old, where, type + "." + name, mutated);
        }
      }
    } else if (node instanceof ArrayNode array) {
      visitElements(array, where, owner, mutated);
    }
  }

  private void visitElements(
      ArrayNode array, String where, String owner, Consumer<String> mutated) {
    String simple = owner.substring(owner.lastIndexOf('.', owner.lastIndexOf('.') - 1) + 1);
    for (int i = 0; i < array.size(); i++) {
      JsonNode old = array.get(i);
      if (!isNumber(old)) {
        visit(old, where, owner, mutated);
      } else if (seen.add(simple + "[" + (i == 0 ? "first" : "other") + "]")) {
        for (JsonNode value : VALUES) {
          array.set(i, value);
          mutated.accept(where + ": " + simple + "[" + i + "] = " + value);
        }
        array.set(i, old);
      }
    }
  }

  private boolean isNew(String type, String name) {
    return seen.add(type + "." + name)
        && (!COMMON.contains(name) || common.merge(name, 1, Integer::sum) <= MOST_OF_COMMON);
  }

  private static boolean isNumber(JsonNode node) {
    return node.isNumber() || node.asText().equals("NaN");
  }

  private static List<String> names(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
