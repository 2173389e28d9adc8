package io.bnzoo.limits;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * What a configuration may ask for, checked before anything is made of it.
 *
 * <p>Deeplearning4j checks its numbers where a network is built in Java, not where one is read from
 * a file. There a stride of 0 ends the process, a negative padding overwrites memory that is not
 * the array's, and a large one takes all there is.
 */
public final class ConfigurationLimits {
  /** So many combinations of what several inputs might be are tried. */
  private static final int MOST_COMBINATIONS = 64;

  private ConfigurationLimits() {}

  /**
   * Checks a sequential network's configuration.
   *
   * @throws IOException naming the layer and what is wrong with it
   */
  public static void check(MultiLayerConfiguration network) throws IOException {
    ConfigurationNumbers.check(network);
    List<Layer> layers = network.getConfs().stream().map(NeuralNetConfiguration::getLayer).toList();
    if (layers.isEmpty()) {
      throw new IOException("it has no layers");
    }
    InputPreProcessor first = network.getInputPreProcess(0);
    List<InputPreProcessor> before = first == null ? List.of() : List.of(first);
    tryInputs(
        size -> List.of(InputGuesses.of(before, layers, size)),
        (shapes, inputs) -> shapes.of(network, inputs.get(0)),
        false);
  }

  /**
   * Checks a graph's configuration.
   *
   * @throws IOException naming the layer or vertex and what is wrong with it
   */
  public static void check(ComputationGraphConfiguration graph) throws IOException {
    ConfigurationNumbers.check(graph);
    GraphShape order = GraphShape.of(graph);
    List<Consumers> consumers = new ArrayList<>();
    for (String input : graph.getNetworkInputs()) {
      consumers.add(Consumers.of(graph, order, input));
    }
    tryInputs(
        size ->
            consumers.stream()
                .map(next -> InputGuesses.of(next.preprocessors(), next.layers(), size))
                .toList(),
        (shapes, inputs) -> shapes.of(graph, order, inputs),
        !consumers.stream().allMatch(Consumers::areDirect));
  }

  /**
   * What a graph's input comes to.
   *
   * @param preprocessors that it comes through first
   * @param layers nearest first
   * @param areDirect whether it comes to a layer that says what it takes, and not to a vertex that
   *     joins or parts it
   */
  private record Consumers(
      List<InputPreProcessor> preprocessors, List<Layer> layers, boolean areDirect) {
    static Consumers of(ComputationGraphConfiguration graph, GraphShape order, String input) {
      List<InputPreProcessor> preprocessors = new ArrayList<>();
      List<Layer> layers = new ArrayList<>();
      Set<String> reached = new LinkedHashSet<>(List.of(input));
      boolean known = false;
      for (String name : order.order()) {
        List<String> sources = graph.getVertexInputs().get(name);
        if (sources.stream().anyMatch(reached::contains)) {
          reached.add(name);
          GraphVertex vertex = graph.getVertices().get(name);
          boolean direct = sources.contains(input);
          known |= direct && isKnown(vertex);
          if (vertex instanceof LayerVertex layer) {
            layers.add(layer.getLayerConf().getLayer());
            if (direct && layer.getPreProcessor() != null) {
              preprocessors.add(layer.getPreProcessor());
            }
          } else if (direct && vertex instanceof PreprocessorVertex preprocessor) {
            preprocessors.add(preprocessor.getPreProcessor());
          }
        }
      }
      return new Consumers(preprocessors, layers, known);
    }

    private static boolean isKnown(GraphVertex vertex) {
      return vertex instanceof LayerVertex layer
          && InputGuesses.channels(layer.getLayerConf().getLayer()).isPresent();
    }
  }

  /** What the inputs may be, if images have the given size. */
  private interface Guesses {
    List<InputGuesses> of(long size);
  }

  /** A walk through the network. */
  private interface Walk {
    Footprint of(ActivationShapes shapes, List<ActivationShape> inputs) throws IOException;
  }

  /**
   * All that the inputs may be at one size after the other, until one of them fits.
   *
   * @param joined whether nothing says how many values or channels each has
   */
  private static void tryInputs(Guesses guesses, Walk walk, boolean joined) throws IOException {
    try {
      tryInputs(guesses, walk, Sizes.GUESSED);
    } catch (ActivationShapes.MisfitException e) {
      if (!joined) {
        throw e;
      }
      tryInputs(guesses, walk, Sizes.UNKNOWN);
    }
  }

  private static void tryInputs(Guesses guesses, Walk walk, Sizes guessed) throws IOException {
    ActivationShapes.MisfitException nearest = null;
    for (long size : InputGuesses.SIZES) {
      List<InputGuesses> inputs = guesses.of(size);
      boolean fits = false;
      for (List<ActivationShape> combination : combinations(inputs)) {
        boolean exact = guessed == Sizes.GUESSED && areKnown(inputs, combination);
        try {
          walk.of(ActivationShapes.of(exact ? Sizes.FROM_FILE : guessed), combination);
          fits = true;
        } catch (ActivationShapes.MisfitException e) {
          nearest = nearest == null || e.nearness() > nearest.nearness() ? e : nearest;
        }
      }
      if (fits) {
        return;
      }
    }
    throw nearest;
  }

  private static boolean areKnown(List<InputGuesses> inputs, List<ActivationShape> combination) {
    return inputs.stream().allMatch(InputGuesses::known)
        || combination.stream().allMatch(shape -> shape.axes() == 0);
  }

  private static List<List<ActivationShape>> combinations(List<InputGuesses> inputs) {
    List<List<ActivationShape>> combinations = List.of(List.of());
    for (InputGuesses input : inputs) {
      List<List<ActivationShape>> longer = new ArrayList<>();
      for (List<ActivationShape> start : combinations) {
        for (ActivationShape shape : input.shapes()) {
          if (longer.size() < MOST_COMBINATIONS) {
            List<ActivationShape> more = new ArrayList<>(start);
            more.add(shape);
            longer.add(more);
          }
        }
      }
      combinations = longer;
    }
    return combinations;
  }
}
