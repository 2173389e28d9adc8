package io.bnzoo.limits;

import com.fasterxml.jackson.databind.JsonNode;
import io.bnzoo.files.ShownName;
import java.io.IOException;
import java.util.Set;

/**
 * The arrays within a configuration's JSON: weights of a loss, bounding boxes.
 *
 * <p>Deeplearning4j makes them while it parses, and believes what the JSON says of their shape, so
 * they are checked before: one whose shape has more values than are given reads foreign memory.
 * Those in the format before 1.0.0-beta3 are not read at all, see {@code
 * storage.ConfigurationReader}.
 */
public final class EmbeddedArrays {
  private static final Set<String> TYPES = Set.of("DOUBLE", "FLOAT", "HALF", "LONG", "INT");

  private static final int MOST_AXES = 4;

  private EmbeddedArrays() {}

  /**
   * Checks every array in a configuration.
   *
   * @throws IOException naming the property that holds the array
   */
  public static void check(JsonNode root) throws IOException {
    check(root, "");
  }

  private static void check(JsonNode node, String name) throws IOException {
    if (node.path("dataType").isTextual() && node.has("data") && node.has("shape")) {
      checkArray(node, name);
    } else if (node.isObject()) {
      for (var property : node.properties()) {
        check(property.getValue(), property.getKey());
      }
    } else {
      for (JsonNode element : node) {
        check(element, name);
      }
    }
  }

  /** It has a type, a shape, and the values in 'c' order. */
  private static void checkArray(JsonNode node, String name) throws IOException {
    require(TYPES.contains(node.path("dataType").asText()), name, "has an unknown type");
    require(node.path("data").isArray(), name, "has no values");
    JsonNode shape = node.path("shape");
    require(
        shape.isArray() && shape.size() >= 1 && shape.size() <= MOST_AXES, name, "has no shape");
    long product = 1;
    for (JsonNode length : shape) {
      require(
          length.isIntegralNumber() && length.canConvertToInt() && length.asInt() > 0,
          name,
          "has no shape");
      product = Math.min(product * length.asInt(), Integer.MAX_VALUE);
    }
    int values = node.path("data").size();
    require(product == values, name, "has " + values + " values, its shape needs " + product);
  }

  private static void require(boolean condition, String name, String otherwise) throws IOException {
    if (!condition) {
      throw new IOException(
          String.format(
              "has an array %s that %s; get the file from where it was made",
              ShownName.of(name), otherwise));
    }
  }
}
