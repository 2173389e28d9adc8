package io.bnzoo.onnx;

import io.bnzoo.compiler.Operation.MapSize;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a network's last layers make of their values, as nodes. */
final class OutputNodes {
  private OutputNodes() {}

  /**
   * Adds what an output layer computes after its sums.
   *
   * @param output the layer; empty for a vertex without one
   * @param size of the values of an example
   * @return the name of the result
   */
  static String add(Optional<Layer> output, MapSize size, LayerNodes at) {
    if (output.isEmpty()) {
      return at.source();
    }
    org.deeplearning4j.nn.conf.layers.Layer layer = output.get().conf().getLayer();
    if (layer instanceof BaseOutputLayer given) {
      return ActivationNodes.add(given.getActivationFn(), at);
    }
    if (layer instanceof LossLayer given) {
      return ActivationNodes.add(given.getActivationFn(), at);
    }
    if (layer instanceof CnnLossLayer given) {
      return ActivationNodes.add(given.getActivationFn(), at);
    }
    return layer instanceof Yolo2OutputLayer detection
        ? detection(detection.getBoundingBoxes(), size, at)
        : at.source();
  }

  /**
   * Of each box at each pixel: where its centre is, its size as a multiple of the box's own, how
   * certain it is, and the classes' probabilities.
   */
  private static String detection(INDArray boxes, MapSize size, LayerNodes at) {
    NodeList nodes = at.nodes();
    long count = boxes.size(0);
    long values = size.channels() / count;
    String byBox = nodes.integers(at.key("by-box"), 0, count, values, size.height(), size.width());
    String given = at.step("Reshape", List.of(at.source(), byBox));
    String sizes =
        nodes.constant(at.key("boxes"), boxes.dup('c').data().asFloat(), 1, count, 2, 1, 1);
    String centres = at.step("Sigmoid", List.of(part(given, 0, 2, at)));
    String multiples = at.step("Exp", List.of(part(given, 2, 4, at)));
    String result =
        at.step(
            "Concat",
            List.of(
                centres,
                at.step("Mul", List.of(multiples, sizes)),
                at.step("Sigmoid", List.of(part(given, 4, 5, at))),
                at.step("Softmax", List.of(part(given, 5, values, at)), Attribute.of("axis", 2L))),
            Attribute.of("axis", 2L));
    String whole = nodes.integers(at.key("whole"), 0, size.channels(), size.height(), size.width());
    return at.on(result).last("Reshape", whole);
  }

  private static String part(String given, long from, long to, LayerNodes at) {
    NodeList nodes = at.nodes();
    return at.step(
        "Slice",
        List.of(
            given,
            nodes.integers(at.key("from"), from),
            nodes.integers(at.key("to"), to),
            nodes.integers(at.key("axis"), 2)));
  }
}
