package io.bnzoo.engine;

import io.bnzoo.data.ImageShape;
import io.bnzoo.samediff.ChannelwiseLayer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * What a network takes, as far as its configuration tells.
 *
 * <p>A configuration does not keep the input type that it was built with. It shows in a
 * preprocessor before the first layer; else in that layer's number of inputs, and, for
 * convolutions, in the size that is left of the images where they are flattened.
 */
public final class NetworkInput {
  private static final int LARGEST_SIDE = 512;

  /** A vertex, or a layer of a sequential network, and what it is computed from. */
  private record Node(String name, GraphVertex vertex, List<String> inputs) {}

  /** The images that are flattened, and what the flattening expects of them. */
  private record Flattening(InputTypeConvolutional found, CnnToFeedForwardPreProcessor expected) {
    boolean hasHeight() {
      return found.getHeight() == expected.getInputHeight();
    }

    boolean hasWidth() {
      return found.getWidth() == expected.getInputWidth();
    }

    boolean isTooSmall() {
      return found.getHeight() < expected.getInputHeight()
          && found.getWidth() < expected.getInputWidth();
    }
  }

  private final ImageShape images;
  private final String input;
  private final List<Node> nodes;

  private NetworkInput(ImageShape images, String input, List<Node> nodes) {
    this.images = images;
    this.input = input;
    this.nodes = nodes;
  }

  /**
   * What is known to keep a network from images of a shape.
   *
   * @return what it takes in their place, such as "32 x 32 x 3"; empty where it takes them, or
   *     where its configuration does not tell
   */
  public static Optional<String> otherThan(ImageShape images, Model model) {
    if (model instanceof MultiLayerNetwork network) {
      return new NetworkInput(images, "input", nodes(network.getLayerWiseConfigurations())).other();
    }
    ComputationGraph graph = (ComputationGraph) model;
    String input = graph.getConfiguration().getNetworkInputs().get(0);
    return new NetworkInput(images, input, nodes(graph)).other();
  }

  private static List<Node> nodes(MultiLayerConfiguration configuration) {
    List<Node> nodes = new ArrayList<>();
    String before = "input";
    for (int i = 0; i < configuration.getConfs().size(); i++) {
      GraphVertex vertex =
          new LayerVertex(configuration.getConf(i), configuration.getInputPreProcess(i));
      nodes.add(new Node(Integer.toString(i), vertex, List.of(before)));
      before = Integer.toString(i);
    }
    return nodes;
  }

  private static List<Node> nodes(ComputationGraph graph) {
    Map<String, GraphVertex> vertices = graph.getConfiguration().getVertices();
    Map<String, List<String>> inputs = graph.getConfiguration().getVertexInputs();
    return Arrays.stream(graph.topologicalSortOrder())
        .mapToObj(index -> graph.getVertices()[index].getVertexName())
        .filter(vertices::containsKey)
        .map(name -> new Node(name, vertices.get(name), inputs.getOrDefault(name, List.of())))
        .toList();
  }

  /** Follows the layers that a picture passes through first, up to one that tells. */
  private Optional<String> other() {
    String current = input;
    for (Node node : nodes) {
      if (!node.inputs().equals(List.of(current))
          || !(node.vertex() instanceof LayerVertex layer)) {
        continue;
      }
      if (layer.getPreProcessor() != null) {
        return afterPreProcessor(layer.getPreProcessor(), current.equals(input));
      }
      Layer first = unwrapped(layer.getLayerConf().getLayer());
      if (first instanceof BaseRecurrentLayer || first instanceof Convolution1DLayer) {
        return Optional.of("sequences of " + values(((FeedForwardLayer) first).getNIn()));
      }
      if (first instanceof Convolution3D || first instanceof Deconvolution3D) {
        return Optional.of("volumes");
      }
      if (first instanceof ConvolutionLayer convolution) {
        return otherImages((int) convolution.getNIn(), convolution.getCnn2dDataFormat());
      }
      if (first instanceof DenseLayer || first instanceof BaseOutputLayer) {
        long count = ((FeedForwardLayer) first).getNIn();
        return count == images.size() ? Optional.empty() : Optional.of(values(count));
      }
      if (!keepsChannels(first)) {
        return Optional.empty(); // What is behind it says nothing of the input.
      }
      current = node.name();
    }
    return Optional.empty();
  }

  /** The layer that a wrapper, such as a frozen one's, computes with. */
  private static Layer unwrapped(Layer layer) {
    if (layer instanceof FrozenLayer frozen) {
      return unwrapped(frozen.getLayer());
    }
    return layer instanceof BaseWrapperLayer wrapper ? unwrapped(wrapper.getUnderlying()) : layer;
  }

  /** Whether the channels that leave a layer are those that enter it. */
  private static boolean keepsChannels(Layer layer) {
    return layer instanceof SubsamplingLayer
        || layer instanceof ZeroPaddingLayer
        || layer instanceof Cropping2D
        || layer instanceof Upsampling2D
        || layer instanceof GlobalPoolingLayer
        || layer instanceof ActivationLayer
        || layer instanceof DropoutLayer
        || layer instanceof LocalResponseNormalization
        || layer instanceof BatchNormalization
        || layer instanceof ChannelwiseLayer;
  }

  private Optional<String> afterPreProcessor(InputPreProcessor step, boolean isFirst) {
    if (step instanceof FeedForwardToCnnPreProcessor unflattening) {
      return unlessGiven(
          unflattening.getInputHeight(),
          unflattening.getInputWidth(),
          unflattening.getNumChannels());
    }
    if (step instanceof CnnToFeedForwardPreProcessor flattening) {
      return isFirst
          ? unlessGiven(
              flattening.getInputHeight(), flattening.getInputWidth(), flattening.getNumChannels())
          : otherImages((int) flattening.getNumChannels(), flattening.getFormat());
    }
    return Optional.empty();
  }

  private Optional<String> unlessGiven(long height, long width, long channels) {
    return height == images.height() && width == images.width() && channels == images.channels()
        ? Optional.empty()
        : Optional.of(height + " x " + width + " x " + channels);
  }

  /** Tries sizes, downwards, until the images have what the flattening expects. */
  private Optional<String> otherImages(int channels, CNN2DFormat format) {
    boolean sameChannels = channels == images.channels();
    if (sameChannels && fits(format)) {
      return Optional.empty();
    }
    List<Integer> heights = new ArrayList<>();
    List<Integer> widths = new ArrayList<>();
    for (int side = LARGEST_SIDE; side > 0; side--) {
      Optional<Flattening> flattening =
          flattening(InputType.convolutional(side, side, channels, format));
      if (flattening.isEmpty() || flattening.get().isTooSmall()) {
        break;
      }
      if (flattening.get().hasHeight()) {
        heights.add(side);
      }
      if (flattening.get().hasWidth()) {
        widths.add(side);
      }
    }
    if (tellNothing(heights) || tellNothing(widths)) { // Such as before a global pooling.
      return sameChannels
          ? Optional.empty()
          : Optional.of("images of " + (channels == 1 ? "1 channel" : channels + " channels"));
    }
    return Optional.of(roundest(heights) + " x " + roundest(widths) + " x " + channels);
  }

  /** Whether the images given have, where they are flattened, the size that is expected there. */
  private boolean fits(CNN2DFormat format) {
    return flattening(
            InputType.convolutional(images.height(), images.width(), images.channels(), format))
        .filter(flattening -> flattening.hasHeight() && flattening.hasWidth())
        .isPresent();
  }

  /** None, or so many that none of them is the one. */
  private static boolean tellNothing(List<Integer> sizes) {
    return sizes.isEmpty() || sizes.get(0) >= 2 * sizes.get(sizes.size() - 1);
  }

  /** Strides round sizes, so that several may do; people choose those that can be halved often. */
  private static int roundest(List<Integer> sizes) {
    return Collections.max(sizes, Comparator.comparing(Integer::lowestOneBit));
  }

  private Optional<Flattening> flattening(InputType images) {
    Map<String, InputType> types = new HashMap<>(Map.of(input, images));
    for (Node node : nodes) {
      if (!types.keySet().containsAll(node.inputs())) {
        continue;
      }
      InputType[] inputs = node.inputs().stream().map(types::get).toArray(InputType[]::new);
      if (node.vertex() instanceof LayerVertex layer
          && layer.getPreProcessor() instanceof CnnToFeedForwardPreProcessor expected) {
        return inputs[0] instanceof InputTypeConvolutional found
            ? Optional.of(new Flattening(found, expected))
            : Optional.empty();
      }
      try {
        types.put(node.name(), node.vertex().getOutputType(0, inputs));
      } catch (RuntimeException tooSmall) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static String values(long count) {
    return String.format(Locale.ROOT, "%,d values", count);
  }
}
