package io.bnzoo.storage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bnzoo.limits.StockNetwork;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A configuration that does harm where it is believed.
 *
 * @param name what was done
 * @param network whose parameters go with it
 * @param json of the configuration
 * @param refusal what the refusal has to say
 */
record HostileConfiguration(String name, StockNetwork network, String json, String refusal) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** All of them; none may be believed. */
  static List<HostileConfiguration> all(List<StockNetwork> networks) {
    return new Attacks(networks).all();
  }

  /** Makes them. */
  private static final class Attacks {
    private final List<StockNetwork> networks;
    private final List<HostileConfiguration> all = new ArrayList<>();

    Attacks(List<StockNetwork> networks) {
      this.networks = networks;
    }

    List<HostileConfiguration> all() {
      addWindows();
      addArrays();
      addGraphs();
      addShapes();
      return all;
    }

    private void addWindows() {
      layer("images", "SubsamplingLayer", layer -> fill(layer, "stride", 0), "has the stride 0");
      layer("images", "SubsamplingLayer", layer -> fill(layer, "kernelSize", 0), "kernelSize 0");
      layer("images", "SubsamplingLayer", layer -> fill(layer, "padding", 30_000), "padding 30000");
      layer("images", "ZeroPaddingLayer", layer -> fill(layer, "padding", -5), "padding -5");
      layer("images", "ZeroPaddingLayer", layer -> fill(layer, "padding", 4_000), "values");
      layer("images", "ConvolutionLayer", layer -> fill(layer, "padding", 20_000), "padding 20000");
      layer("images", "ConvolutionLayer", layer -> fill(layer, "padding", 4_000), "values");
      layer(
          "images", "ConvolutionLayer", layer -> fill(layer, "padding", 1_000_000_000), "padding");
      layer("images", "ConvolutionLayer", layer -> layer.putNull("kernelSize"), "not complete");
      layer("images", "ConvolutionLayer", layer -> layer.putArray("stride"), "not complete");
      layer("images", "Cropping2D", layer -> fill(layer, "cropping", -1_000_000), "cropping");
      layer("images", "Cropping2D", layer -> fill(layer, "cropping", 3_000), "crops all");
      layer("images", "Upsampling2D", layer -> fill(layer, "size", 2_000), "values");
      layer("images", "Upsampling2D", layer -> fill(layer, "size", 2_000_000), "has the size");
      layer("images", "LocalResponseNormalization", layer -> layer.put("n", 4_000), "has the n");
      layer("convolutions", "SpaceToDepthLayer", layer -> layer.put("blockSize", 0), "blockSize 0");
      layer("convolutions", "Deconvolution2D", layer -> fill(layer, "stride", 4_000), "values");
      layer(
          "locally-connected",
          "LocallyConnected2D",
          layer -> fill(layer, "outputSize", 100_000),
          "has the outputSize 100000");
      layer("three-axes", "ZeroPadding3DLayer", layer -> fill(layer, "padding", 1_000), "values");
      layer("three-axes", "Subsampling3DLayer", layer -> fill(layer, "stride", 0), "stride 0");
      layer("embedding", "RepeatVector", layer -> layer.put("n", 1_000_000_000), "has the n");
      layer(
          "vectors",
          "FrozenLayer",
          layer -> ((ObjectNode) layer.get("layer")).put("nout", -4),
          "has the nOut -4");
      layer(
          "vectors",
          "FrozenLayerWithBackprop",
          layer -> ((ObjectNode) layer.get("underlying")).put("nout", -4),
          "has the nOut -4");
    }

    private void addArrays() {
      layer("images", "LowLevelBatchNormalization", layer -> layer.put("channelAxis", 9), "Axis 9");
      layer(
          "images", "LowLevelBatchNormalization", layer -> layer.put("decay", "NaN"), "decay NaN");
      layer(
          "images", "LowLevelBatchNormalization", layer -> layer.put("epsilon", -1), "epsilon -1");
      layer(
          "images", "ConvolutionLayer", layer -> layer.put("biasInit", 1e300), "biasInit 1.0E300");
      object("weights", array -> shape(array, 1, 1_000_000), "its shape needs 1000000");
      object("weights", array -> shape(array, -1, -3), "has no shape");
      object("weights", array -> shape(array, 1 << 16, 1 << 16), "its shape needs");
      object("weights", array -> array.put("dataType", "UTF8"), "has an unknown type");
      object(
          "weights",
          array -> array.putArray("data").add(1).add(1).add(1e300),
          "has the weights Infinity, which must be finite");
      object(
          "weights",
          array -> {
            array.putArray("data").add(1).add(1);
            shape(array, 1, 2);
          },
          "has a loss with 2 weights and gives 3 values");
      object("boundingBoxes", array -> shape(array, 1_000, 2), "its shape needs 2000");
    }

    private void addGraphs() {
      vertices(root -> inputs(root, "a", "merged"), "has a cycle");
      vertices(
          root -> {
            inputs(root, "a", "merged");
            root.putNull("topologicalOrder");
          },
          "has a cycle");
      vertices(root -> inputs(root, "a", "nowhere"), "the input nowhere, which is none");
      vertices(root -> inputs(root, "a"), "gives its vertex a 0 inputs");
      vertices(root -> inputs(root, "a", "in", "in"), "gives its vertex a 2 inputs");
      vertices(root -> root.putArray("networkOutputs").add("nowhere"), "the output nowhere");
      vertices(root -> root.putArray("networkOutputs"), "has no outputs");
      vertices(root -> root.putArray("networkInputs"), "has no inputs");
      vertices(root -> root.putArray("networkInputs").add("a"), "an input and a vertex named a");
      vertices(root -> reverse(root, "topologicalOrderStr"), "before its inputs");
      vertices(root -> fill(root, "topologicalOrder", 1), "has other ones");
      vertices(root -> fill(root, "topologicalOrder", 1_000_000_000), "has other ones");
      vertices(root -> ((ObjectNode) root.get("vertices")).putNull("a"), "in the place of");
      vertices(root -> vertex(root, "subset").put("to", 99), "takes the values from 1 to 99");
      vertices(root -> vertex(root, "subset").put("from", 4).put("to", 1), "from 4 to 1");
      vertices(root -> vertex(root, "unstacked").put("from", 2), "beyond its stackSize");
      vertices(root -> vertex(root, "unstacked").put("stackSize", 0), "has the stackSize 0");
      vertices(root -> vertex(root, "merged").put("mergeAxis", 3), "has the mergeAxis 3");
      vertices(root -> fill(vertex(root, "reshaped"), "newShape", -1), "has a newShape");
      vertices(root -> fill(vertex(root, "reshaped"), "newShape", 4_000), "has a newShape");
      vertices(root -> double40Times(root, "StackVertex"), "needs more than");
      vertices(root -> double40Times(root, "MergeVertex"), "needs more than");
      edit("dense-0", root -> root.putArray("confs"), "it has no layers");
      edit("dense-0", root -> ((ArrayNode) root.get("confs")).addNull(), "is no configuration");
      edit("dense-0", root -> root.put("dataType", "BYTE"), "has the dataType BYTE");
      edit("dense-0", root -> root.put("tbpttFwdLength", 0), "has the tbpttFwdLength 0");
    }

    private void addShapes() {
      layer("recurrent", "LSTM", layer -> layer.put("nout", 1 << 30), "has the nOut");
      String lstm = "BatchNormLstm";
      layer("recurrent-batch-norm", lstm, layer -> layer.put("steps", 0), "has the steps 0");
      layer("recurrent-batch-norm", lstm, layer -> layer.put("steps", 1 << 30), "has the steps");
      layer("recurrent-batch-norm", lstm, layer -> layer.put("decay", 1), "has the decay 1.0");
      layer("recurrent-batch-norm", lstm, layer -> layer.put("epsilon", 0), "has the epsilon 0.0");
      layer("recurrent-batch-norm", lstm, layer -> layer.put("initialStateNoise", -1), "Noise -1");
      layer("recurrent-batch-norm", lstm, layer -> layer.put("initialGamma", 0), "not be 0");
      layer("rows", "ImageToSequence", step -> step.put("steps", 7), "cannot be shown in 7 steps");
      layer("rows", "ImageToSequence", step -> step.put("steps", 0), "cannot be shown in 0 steps");
      layer("rows", "ImageToSequence", step -> fill(step, "order", 72), "has none at 72");
      layer("rows", "ImageToSequence", step -> fill(step, "order", -1), "has none at -1");
      layer("rows", "ImageToSequence", step -> step.put("steps", 8), "takes 12 values or channels");
      layer("rows", "ImageToSequence", step -> step.putNull("order"), "0 values cannot be shown");
      layer("capsules", "CapsuleLayer", layer -> layer.put("routings", 1_000), "one at a time");
      edit("dense-0", root -> nest(root, 300), "is nested too deep");
    }

    private void edit(String network, Consumer<ObjectNode> change, String refusal) {
      StockNetwork known =
          networks.stream().filter(one -> one.name().equals(network)).findFirst().orElseThrow();
      try {
        ObjectNode root = (ObjectNode) MAPPER.readTree(known.json());
        change.accept(root);
        all.add(
            new HostileConfiguration(
                network + " " + all.size() + " (" + refusal + ")",
                known,
                MAPPER.writeValueAsString(root),
                refusal));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    private void layer(String network, String type, Consumer<ObjectNode> change, String refusal) {
      edit(
          network,
          root -> {
            for (JsonNode parent : root.findParents("@class")) {
              if (parent.get("@class").asText().endsWith("." + type)) {
                change.accept((ObjectNode) parent);
                return;
              }
            }
            throw new IllegalArgumentException(network + " has no " + type);
          },
          refusal);
    }

    private void vertices(Consumer<ObjectNode> change, String refusal) {
      edit("vertices", change, refusal);
    }

    private void object(String property, Consumer<ObjectNode> change, String refusal) {
      String network = property.equals("weights") ? "dense-0" : "boxes";
      edit(network, root -> change.accept((ObjectNode) root.findValue(property)), refusal);
    }

    private static void fill(ObjectNode object, String property, int value) {
      ArrayNode array = (ArrayNode) object.get(property);
      IntStream.range(0, array.size()).forEach(i -> array.set(i, array.numberNode(value)));
    }

    private static void shape(ObjectNode array, int rows, int columns) {
      array.putArray("shape").add(rows).add(columns);
    }

    private static void inputs(ObjectNode root, String vertex, String... inputs) {
      ArrayNode array = ((ObjectNode) root.get("vertexInputs")).putArray(vertex);
      List.of(inputs).forEach(array::add);
    }

    private static ObjectNode vertex(ObjectNode root, String name) {
      return (ObjectNode) root.get("vertices").get(name);
    }

    private static void reverse(ObjectNode root, String property) {
      ArrayNode array = (ArrayNode) root.get(property);
      List<JsonNode> values = new ArrayList<>();
      array.forEach(values::add);
      Collections.reverse(values);
      root.putArray(property).addAll(values);
    }

    /** Each vertex takes the one before it twice. */
    private static void double40Times(ObjectNode root, String type) {
      String last = "a";
      for (int i = 0; i < 40; i++) {
        String name = "double" + i;
        ((ObjectNode) root.get("vertices"))
            .putObject(name)
            .put("@class", "org.deeplearning4j.nn.conf.graph." + type);
        inputs(root, name, last, last);
        last = name;
      }
      inputs(root, "b", last);
      root.putNull("topologicalOrder");
    }

    private static void nest(ObjectNode root, int depth) {
      ObjectNode conf = (ObjectNode) root.get("confs").get(0);
      JsonNode inner = conf.get("layer");
      for (int i = 0; i < depth; i++) {
        ObjectNode outer = MAPPER.createObjectNode();
        outer.put("@class", "org.deeplearning4j.nn.conf.layers.misc.FrozenLayer");
        outer.set("layer", inner);
        inner = outer;
      }
      conf.set("layer", inner);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
