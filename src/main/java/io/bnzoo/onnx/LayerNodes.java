package io.bnzoo.onnx;

import java.util.List;
import onnx.Onnx.AttributeProto;

/**
 * Where the nodes of one operation are added.
 *
 * @param layer the layer that the operation is a part of, which its constants are named after
 * @param name of the node that gives the operation's result
 * @param sources the names of the values that the operation is applied to
 * @param isImages whether the first of them has rank 4, else 2
 */
record LayerNodes(
    NodeList nodes, String layer, String name, List<String> sources, boolean isImages) {

  /** The only value that the operation is applied to, or the first. */
  String source() {
    return sources.get(0);
  }

  /** Adds a node before the last one. */
  String step(String operator, List<String> inputs, AttributeProto... attributes) {
    return nodes.add(layer + "/" + operator, operator, inputs, attributes);
  }

  /** Adds the last node. */
  String last(String operator, List<String> inputs, AttributeProto... attributes) {
    return nodes.add(name, operator, inputs, attributes);
  }

  /** Adds the last node, which is applied to the source and to constants. */
  String last(String operator, String constant, AttributeProto... attributes) {
    return last(operator, List.of(source(), constant), attributes);
  }

  /** Adds the last node, which is applied to all the sources. */
  String last(String operator, AttributeProto... attributes) {
    return last(operator, sources, attributes);
  }

  /** A constant's name. */
  String key(String key) {
    return layer + "." + key;
  }

  /** What comes after a value: the last node is applied to it. */
  LayerNodes on(String value) {
    return new LayerNodes(nodes, layer, name, List.of(value), isImages);
  }
}
