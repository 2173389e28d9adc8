package io.bnzoo.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import org.nd4j.shade.protobuf.UnsafeByteOperations;

/**
 * Nodes and constants of a graph as they are written, each under a name of its own: a node's result
 * is named after it.
 */
final class NodeList {
  private static final String RESULT = ":0";

  private final List<NodeProto.Builder> nodes = new ArrayList<>();
  private final List<TensorProto> constants = new ArrayList<>();
  private final Set<String> nodeNames = new HashSet<>();
  private final Set<String> valueNames = new HashSet<>();

  /** A name that no value has yet: the given one, or with a number behind it. */
  String valueName(String wanted) {
    return unique(wanted, valueNames);
  }

  private static String unique(String wanted, Set<String> taken) {
    String name = wanted;
    for (int i = 2; !taken.add(name); i++) {
      name = wanted + "_" + i;
    }
    return name;
  }

  /** Adds a node and gives the name of its result. */
  String add(String name, String operator, List<String> inputs, AttributeProto... attributes) {
    String node = unique(name, nodeNames);
    String result = valueName(node + RESULT);
    nodes.add(
        NodeProto.newBuilder()
            .setName(node)
            .setOpType(operator)
            .addAllInput(inputs)
            .addOutput(result)
            .addAllAttribute(Arrays.asList(attributes)));
    return result;
  }

  /** Whether a node of an operator gives the value. */
  boolean isResultOf(String operator, String value) {
    return nodes.stream()
        .anyMatch(node -> node.getOpType().equals(operator) && node.getOutput(0).equals(value));
  }

  /** Renames a value wherever it is given or taken. */
  void rename(String value, String name) {
    for (NodeProto.Builder node : nodes) {
      for (int i = 0; i < node.getInputCount(); i++) {
        if (node.getInput(i).equals(value)) {
          node.setInput(i, name);
        }
      }
      if (node.getOutput(0).equals(value)) {
        node.setOutput(0, name);
      }
    }
  }

  /**
   * Adds a constant and gives its name.
   *
   * @param values floats in the processor's order; not copied
   */
  String constant(String name, ByteBuffer values, long... size) {
    return add(name, TensorProto.DataType.FLOAT, values, size);
  }

  /** The same of a few numbers. */
  String constant(String name, float[] values, long... size) {
    ByteBuffer bytes = buffer(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return constant(name, bytes, size);
  }

  /** A number that every value can be combined with. */
  String number(String name, double value) {
    return constant(name, new float[] {(float) value});
  }

  /** Whole numbers, such as a shape. */
  String integers(String name, long... values) {
    ByteBuffer bytes = buffer(values.length * Long.BYTES);
    bytes.asLongBuffer().put(values);
    return add(name, TensorProto.DataType.INT64, bytes, values.length);
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private String add(String name, TensorProto.DataType type, ByteBuffer values, long... size) {
    String constant = valueName(name);
    constants.add(
        TensorProto.newBuilder()
            .setName(constant)
            .setDataType(type.getNumber())
            .addAllDims(Arrays.stream(size).boxed().toList())
            .setRawData(UnsafeByteOperations.unsafeWrap(values))
            .build());
    return constant;
  }

  /** How many nodes have an operator. */
  long count(String operator) {
    return nodes.stream().filter(node -> node.getOpType().equals(operator)).count();
  }

  /** Puts all into a graph. */
  void addTo(GraphProto.Builder graph) {
    nodes.forEach(graph::addNode);
    graph.addAllInitializer(constants);
  }
}
