package io.bnzoo.limits;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * What a model needs to predict examples whose size is known only now: a file seldom says of what
 * size its images are, so that loading it is checked with a guess.
 */
public final class PredictionLimits {
  private PredictionLimits() {}

  /**
   * How many values the model holds at once, at most, for each example of a batch.
   *
   * @param model a {@code MultiLayerNetwork} or a {@code ComputationGraph}; nothing is computed
   * @param inputs one for each of the model's, which for sequences says how long they are
   * @throws IllegalArgumentException naming the layer that cannot take what comes before it, or
   *     that needs more memory or time than a network for such examples does
   */
  public static long valuesPerExample(Model model, InputType... inputs) {
    List<ActivationShape> shapes =
        Arrays.stream(inputs).map(input -> ActivationShape.of(input, 1)).toList();
    try {
      return walk(model, shapes).values();
    } catch (IOException e) {
      throw new IllegalArgumentException("the model cannot predict this: " + e.getMessage(), e);
    }
  }

  private static Footprint walk(Model model, List<ActivationShape> shapes) throws IOException {
    ActivationShapes walk = ActivationShapes.of(Sizes.GIVEN);
    if (model instanceof MultiLayerNetwork network) {
      return walk.of(network.getLayerWiseConfigurations(), shapes.get(0));
    }
    ComputationGraphConfiguration graph = ((ComputationGraph) model).getConfiguration();
    if (graph.getNetworkInputs().size() != shapes.size()) {
      throw new IOException("it takes " + graph.getNetworkInputs().size() + " inputs");
    }
    return walk.of(graph, GraphShape.of(graph), shapes);
  }
}
