package io.bnzoo.engine;

import io.bnzoo.data.ImageShape;
import io.bnzoo.data.ImageSize;
import io.bnzoo.layer.ImageToSequence;
import io.bnzoo.layer.WrappedLayers;
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
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
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
  private static final String UNKNOWN = "its configuration does not tell what it takes";

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

  private final String input;
  private final List<Node> nodes;

  private NetworkInput(String input, List<Node> nodes) {
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
    return inputs(model).get(0).other(images);
  }

  /**
   * The types of a network's inputs.
   *
   * @param size of images; needed where the configuration does not tell it
   * @throws IllegalArgumentException if the size is needed, or if the network takes another
   */
  public static List<InputType> types(Model model, Optional<ImageSize> size) {
    return inputs(model).stream().map(input -> input.type(size)).toList();
  }

  private static List<NetworkInput> inputs(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      return List.of(new NetworkInput("input", nodes(network.getLayerWiseConfigurations())));
    }
    ComputationGraph graph = (ComputationGraph) model;
    List<Node> nodes = nodes(graph);
    return graph.getConfiguration().getNetworkInputs().stream()
        .map(input -> new NetworkInput(input, nodes))
        .toList();
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

  /** What reads the input first that tells something of it: a preprocessor or a layer. */
  private record Reader(Optional<InputPreProcessor> step, Optional<Layer> layer, boolean isFirst) {}

  /** Follows the layers that a picture passes through first, up to one that tells. */
  private Optional<Reader> reader() {
    String current = input;
    for (Node node : nodes) {
      if (!node.inputs().equals(List.of(current))) {
        continue;
      }
      boolean first = current.equals(input);
      if (node.vertex() instanceof PreprocessorVertex step) {
        return Optional.of(
            new Reader(Optional.of(step.getPreProcessor()), Optional.empty(), first));
      }
      if (!(node.vertex() instanceof LayerVertex vertex)) {
        continue;
      }
      Layer layer = WrappedLayers.innermost(vertex.getLayerConf().getLayer());
      if (vertex.getPreProcessor() != null || !keepsChannels(layer)) {
        return Optional.of(
            new Reader(Optional.ofNullable(vertex.getPreProcessor()), Optional.of(layer), first));
      }
      current = node.name();
    }
    return Optional.empty();
  }

  private Optional<String> other(ImageShape images) {
    return reader().flatMap(reader -> other(images, reader));
  }

  private Optional<String> other(ImageShape images, Reader reader) {
    if (reader.step().isPresent()) {
      return afterPreProcessor(images, reader.step().get(), reader.isFirst());
    }
    Layer first = reader.layer().orElseThrow();
    if (takesSequences(first)) {
      return Optional.of("sequences of " + values(((FeedForwardLayer) first).getNIn()));
    }
    if (takesVolumes(first)) {
      return Optional.of("volumes");
    }
    if (first instanceof ConvolutionLayer convolution) {
      return otherImages(images, (int) convolution.getNIn(), convolution.getCnn2dDataFormat());
    }
    if (first instanceof DenseLayer || first instanceof BaseOutputLayer) {
      long count = ((FeedForwardLayer) first).getNIn();
      return count == images.size() ? Optional.empty() : Optional.of(values(count));
    }
    return Optional.empty(); // What is behind it says nothing of the input.
  }

  private static boolean takesSequences(Layer layer) {
    return layer instanceof BaseRecurrentLayer || layer instanceof Convolution1DLayer;
  }

  private static boolean takesVolumes(Layer layer) {
    return layer instanceof Convolution3D || layer instanceof Deconvolution3D;
  }

  private InputType type(Optional<ImageSize> size) {
    Reader reader = reader().orElseThrow(() -> new IllegalArgumentException(UNKNOWN));
    if (reader.step().isPresent()) {
      return type(reader.step().get(), size);
    }
    Layer first = reader.layer().orElseThrow();
    if (first instanceof ConvolutionLayer convolution
        && !takesSequences(first)
        && !takesVolumes(first)) {
      return imageType(size, convolution.getNIn(), convolution.getCnn2dDataFormat());
    }
    if (takesVolumes(first) || !(first instanceof FeedForwardLayer counting)) {
      throw new IllegalArgumentException(UNKNOWN);
    }
    if (size.isPresent()) {
      throw new IllegalArgumentException("it takes no images, got " + size.get());
    }
    return takesSequences(first)
        ? InputType.recurrent(counting.getNIn())
        : InputType.feedForward(counting.getNIn());
  }

  private InputType type(InputPreProcessor step, Optional<ImageSize> size) {
    if (step instanceof FeedForwardToCnnPreProcessor unflattening) {
      int height = (int) unflattening.getInputHeight();
      int width = (int) unflattening.getInputWidth();
      ImageSize only = new ImageSize(height, width);
      if (size.isPresent() && !size.get().equals(only)) {
        throw otherSize(only.toString(), size.get());
      }
      return InputType.feedForward((long) height * width * unflattening.getNumChannels());
    }
    if (step instanceof CnnToFeedForwardPreProcessor flattening) {
      return imageType(size, flattening.getNumChannels(), flattening.getFormat());
    }
    if (step instanceof ImageToSequence sequence) {
      long count = sequence.values();
      if (size.filter(given -> count % ((long) given.height() * given.width()) != 0).isPresent()) {
        throw otherSize(values(count), size.get());
      }
      return InputType.feedForward(count);
    }
    throw new IllegalArgumentException(UNKNOWN);
  }

  private static IllegalArgumentException otherSize(String taken, ImageSize given) {
    return new IllegalArgumentException("it takes images of " + taken + ", got " + given);
  }

  private InputType imageType(Optional<ImageSize> size, long channels, CNN2DFormat format) {
    Optional<ImageSize> only = size((int) channels, format);
    ImageSize chosen =
        size.or(() -> only)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "it takes images of more than one size: say which, as in 64x64"));
    InputType images = InputType.convolutional(chosen.height(), chosen.width(), channels, format);
    if (flattening(images).isPresent() && !fits(images)) {
      throw otherSize(only.map(Object::toString).orElse("another size"), chosen);
    }
    return images;
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

  private Optional<String> afterPreProcessor(
      ImageShape images, InputPreProcessor step, boolean isFirst) {
    if (step instanceof FeedForwardToCnnPreProcessor unflattening) {
      return unlessGiven(
          images,
          unflattening.getInputHeight(),
          unflattening.getInputWidth(),
          unflattening.getNumChannels());
    }
    if (step instanceof CnnToFeedForwardPreProcessor flattening) {
      return isFirst
          ? unlessGiven(
              images,
              flattening.getInputHeight(),
              flattening.getInputWidth(),
              flattening.getNumChannels())
          : otherImages(images, (int) flattening.getNumChannels(), flattening.getFormat());
    }
    if (step instanceof ImageToSequence sequence) {
      long count = sequence.values();
      return count == images.size() ? Optional.empty() : Optional.of("images of " + values(count));
    }
    return Optional.empty();
  }

  private static Optional<String> unlessGiven(
      ImageShape images, long height, long width, long channels) {
    return height == images.height() && width == images.width() && channels == images.channels()
        ? Optional.empty()
        : Optional.of(height + " x " + width + " x " + channels);
  }

  private Optional<String> otherImages(ImageShape images, int channels, CNN2DFormat format) {
    boolean sameChannels = channels == images.channels();
    if (sameChannels
        && fits(
            InputType.convolutional(images.height(), images.width(), images.channels(), format))) {
      return Optional.empty();
    }
    Optional<ImageSize> size = size(channels, format);
    if (size.isPresent()) {
      return Optional.of(size.get().height() + " x " + size.get().width() + " x " + channels);
    }
    return sameChannels
        ? Optional.empty()
        : Optional.of("images of " + (channels == 1 ? "1 channel" : channels + " channels"));
  }

  /** Tries sizes, downwards, until the images have what the flattening expects. */
  private Optional<ImageSize> size(int channels, CNN2DFormat format) {
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
    return tellNothing(heights) || tellNothing(widths) // Such as before a global pooling.
        ? Optional.empty()
        : Optional.of(new ImageSize(roundest(heights), roundest(widths)));
  }

  /** Whether such images have, where they are flattened, the size that is expected there. */
  private boolean fits(InputType images) {
    return flattening(images)
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
