package io.bnzoo.samediff;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.layers.samediff.SameDiffLayer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * One of a layer's two graphs, with the programs that run it forward and backward.
 *
 * @param output the variable that {@code forward} finds
 * @param inputGradient the variable that {@code backward} finds
 * @param parameterGradients what it finds besides: for each parameter its gradient, or its step
 * @param kept the variables that {@code backward} starts from, beside the output's gradient
 */
record LayerGraph(
    String output,
    String inputGradient,
    Map<String, String> parameterGradients,
    Set<String> kept,
    OperationList forward,
    OperationList backward) {

  static final String INPUT = SameDiffLayer.INPUT_KEY;
  static final String OUTPUT_GRADIENT = "outputGradient";

  /** The graph of training or of inference, for inputs of a rank. */
  static LayerGraph of(ChannelwiseLayer layer, boolean training, DataType type, int rank) {
    SameDiff graph = SameDiff.create();
    long[] anyShape = new long[rank];
    Arrays.fill(anyShape, -1);
    SDVariable x = graph.placeHolder(INPUT, type, anyShape);
    SDVariable outputGradient = graph.placeHolder(OUTPUT_GRADIENT, type, anyShape);
    Map<String, SDVariable> parameters = new LinkedHashMap<>();
    for (String name : layer.getLayerParams().getParameterKeys()) {
      parameters.put(name, graph.placeHolder(name, type, layer.parameterShape(rank)));
    }
    ChannelwiseLayer.Definition definition =
        training ? layer.training(x, parameters) : layer.inference(x, parameters);

    Set<String> known = new HashSet<>(parameters.keySet());
    known.add(INPUT);
    OperationList forward = OperationList.of(graph, known, Set.of(definition.output().name()));
    if (training) {
      known.addAll(forward.results());
    }
    Derivative derivative = new Derivative(graph, definition.output(), outputGradient);
    Map<String, String> gradients = new LinkedHashMap<>();
    layer.trained().keySet().forEach(name -> gradients.put(name, derivative.in(name).name()));
    definition.steps().forEach((name, step) -> gradients.put(name, step.name()));

    Set<String> wanted = new HashSet<>(gradients.values());
    if (wanted.size() < gradients.size()) {
      throw new IllegalStateException("two parameters share a gradient: " + gradients);
    }
    wanted.add(derivative.in(INPUT).name());
    Set<String> start = new HashSet<>(known);
    start.add(OUTPUT_GRADIENT);
    return new LayerGraph(
        definition.output().name(),
        derivative.in(INPUT).name(),
        gradients,
        known,
        forward,
        OperationList.of(graph, start, wanted));
  }
}
