package io.bnzoo.engine;

import io.bnzoo.data.ImageShape;
import io.bnzoo.engine.Objection.Mismatch;
import io.bnzoo.layer.ImageToSequence;
import io.bnzoo.samediff.ChannelwiseLayer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeFeedForward;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;

/**
 * Follows an input through a configuration, which does not keep the input type that it was built
 * for: what a layer or a preprocessor expects has to be what arrives there.
 *
 * <p>Deeplearning4j itself does not see to it: 784 values pass for an image of 49 x 16.
 */
final class InputCheck {
  private InputCheck() {}

  /**
   * What arrives at a layer, before its preprocessor.
   *
   * @param pixels the images, where each value still is a pixel in its place
   */
  private record Arrival(int layer, InputType type, Optional<ImageShape> pixels) {}

  /** Sees a layer with what arrives there. */
  private interface Visitor<T> {
    Optional<T> visit(Arrival arrival, Optional<InputPreProcessor> step, Layer layer);
  }

  /** What in a sequence of layers is at odds with the input; none if nothing is, or is known. */
  static Optional<Objection> objection(
      MultiLayerConfiguration configuration, ImageInput input, ImageShape shape) {
    return follow(configuration, input, shape, InputCheck::objection);
  }

  /** Describes the first of Deeplearning4j's batch normalizations that is given vectors. */
  static Optional<String> featureNormalization(
      MultiLayerConfiguration configuration, ImageInput input, ImageShape shape) {
    return follow(
        configuration,
        input,
        shape,
        (arrival, step, layer) ->
            layer instanceof BatchNormalization && isVector(after(step, arrival.type()))
                ? Optional.of(describe(layer))
                : Optional.empty());
  }

  /** The first answer of a visitor; none beyond a layer that does not say what it gives. */
  private static <T> Optional<T> follow(
      MultiLayerConfiguration configuration,
      ImageInput input,
      ImageShape shape,
      Visitor<T> visitor) {
    Arrival arrival = new Arrival(0, input.type(shape), Optional.of(shape));
    for (int i = 0; i < configuration.getConfs().size(); i++) {
      Layer layer = configuration.getConf(i).getLayer();
      Optional<InputPreProcessor> step = Optional.ofNullable(configuration.getInputPreProcess(i));
      try {
        Optional<T> answer = visitor.visit(arrival, step, layer);
        if (answer.isPresent()) {
          return answer;
        }
        InputType type = layer.getOutputType(i, after(step, arrival.type()));
        arrival = new Arrival(i + 1, type, arrival.pixels().filter(images -> keepsPlaces(layer)));
      } catch (RuntimeException unknown) { // Layers refuse what they do not know in any way.
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static boolean keepsPlaces(Layer layer) {
    return layer instanceof ActivationLayer
        || layer instanceof DropoutLayer
        || layer instanceof BatchNormalization
        || layer instanceof ChannelwiseLayer;
  }

  /** The same for what a graph does first with its input. */
  static Optional<Objection> objection(
      ComputationGraphConfiguration graph, ImageInput input, ImageShape shape) {
    List<String> inputs = graph.getNetworkInputs();
    return graph.getVertices().entrySet().stream()
        .filter(
            vertex ->
                graph.getVertexInputs().get(vertex.getKey()).stream().anyMatch(inputs::contains))
        .flatMap(vertex -> objection(vertex.getValue(), input, shape).stream())
        .findFirst();
  }

  private static Optional<Objection> objection(
      GraphVertex vertex, ImageInput input, ImageShape shape) {
    Arrival arrival = new Arrival(0, input.type(shape), Optional.of(shape));
    try {
      if (vertex instanceof LayerVertex layer) {
        Optional<InputPreProcessor> step = Optional.ofNullable(layer.getPreProcessor());
        return objection(arrival, step, layer.getLayerConf().getLayer());
      }
      return vertex instanceof PreprocessorVertex step
          ? objection(arrival, step.getPreProcessor())
          : Optional.empty();
    } catch (RuntimeException unknown) { // As above.
      return Optional.empty();
    }
  }

  private static Optional<Objection> objection(
      Arrival arrival, Optional<InputPreProcessor> step, Layer layer) {
    Optional<Objection> ofStep = step.flatMap(each -> objection(arrival, each));
    return ofStep.isPresent()
        ? ofStep
        : objection(arrival.layer(), layer, after(step, arrival.type()));
  }

  private static InputType after(Optional<InputPreProcessor> step, InputType given) {
    boolean passed =
        step.isEmpty() || (step.get() instanceof CnnToFeedForwardPreProcessor && isVector(given));
    return passed ? given : step.get().getOutputType(given);
  }

  private static Optional<Objection> objection(Arrival arrival, InputPreProcessor step) {
    InputType given = arrival.type();
    if (step instanceof CnnToFeedForwardPreProcessor flattening) {
      return objection(arrival, flattening);
    }
    if (step instanceof ImageToSequence sequence) {
      long count = sequence.values();
      return when(
          given.arrayElementsPerExample() != count,
          arrival.layer(),
          Mismatch.SIZE,
          String.format(
              Locale.ROOT,
              "it takes images of %d values, as %d steps of %d",
              count,
              sequence.steps(),
              sequence.features()));
    }
    InputTypeConvolutional made;
    if (step instanceof FeedForwardToCnnPreProcessor shaping) {
      made = images(shaping.getInputHeight(), shaping.getInputWidth(), shaping.getNumChannels());
    } else if (arrival.pixels().isPresent()
        && step.getOutputType(given) instanceof InputTypeConvolutional images) {
      made = images;
    } else {
      return Optional.empty();
    }
    return arrival.pixels().isPresent()
        ? otherThan(arrival.pixels().get(), arrival.layer(), made)
        : when(
            made.arrayElementsPerExample() != given.arrayElementsPerExample(),
            arrival.layer(),
            Mismatch.SIZE,
            describe(given) + " are taken for " + describe(made));
  }

  private static Optional<Objection> objection(Arrival arrival, CnnToFeedForwardPreProcessor step) {
    int index = arrival.layer();
    boolean channelsLast = step.getFormat() == CNN2DFormat.NHWC;
    if (isVector(arrival.type())
        && channelsLast
        && arrival.pixels().filter(shape -> shape.channels() > 1).isPresent()) {
      // Deeplearning4j passes vectors on as they are, whose values are in the order of NCHW.
      String reason = "it flattens images in NHWC itself";
      return Optional.of(new Objection(index, Mismatch.AXIS_ORDER, reason));
    }
    boolean anySize =
        step.getInputHeight() == 0 && step.getInputWidth() == 0 && step.getNumChannels() == 0;
    if (anySize) {
      return Optional.empty();
    }
    InputTypeConvolutional expected =
        images(step.getInputHeight(), step.getInputWidth(), step.getNumChannels());
    if (arrival.pixels().isPresent()) {
      Optional<Objection> otherSize = otherThan(arrival.pixels().get(), index, expected);
      if (otherSize.isPresent()) {
        return otherSize;
      }
    }
    if (arrival.type() instanceof InputTypeConvolutional images) {
      return images.getFormat() != step.getFormat()
          ? wrongOrder(index, "the flattening before layer " + index, step.getFormat(), images)
          : when(
              !sameSize(expected, images),
              index,
              Mismatch.SIZE,
              describe(expected) + " are to be flattened, " + describe(images) + " arrive");
    }
    return Optional.empty();
  }

  private static Optional<Objection> otherThan(
      ImageShape shape, int index, InputTypeConvolutional images) {
    InputTypeConvolutional given = (InputTypeConvolutional) ImageInput.NCHW.type(shape);
    return when(!sameSize(images, given), index, Mismatch.SIZE, "it takes " + describe(images));
  }

  private static Optional<Objection> objection(int index, Layer layer, InputType given) {
    if (layer instanceof DenseLayer dense) {
      return vector(index, layer, dense.getNIn(), given);
    }
    if (layer instanceof OutputLayer output) {
      return vector(index, layer, output.getNIn(), given);
    }
    if (layer.getClass() == ConvolutionLayer.class) {
      ConvolutionLayer convolution = (ConvolutionLayer) layer;
      return isVector(given)
          ? Optional.of(new Objection(index, Mismatch.RANK, describe(layer) + " takes images"))
          : channels(index, layer, convolution.getCnn2dDataFormat(), convolution.getNIn(), given);
    }
    if (layer.getClass() == SubsamplingLayer.class) {
      return channels(index, layer, ((SubsamplingLayer) layer).getCnn2dDataFormat(), given);
    }
    if (layer instanceof BatchNormalization normalization) {
      return normalized(
          index, layer, normalization.getCnn2DFormat(), normalization.getNOut(), given);
    }
    if (layer instanceof ChannelwiseLayer channelwise) {
      CNN2DFormat order = channelwise.channelAxis() == 1 ? CNN2DFormat.NCHW : CNN2DFormat.NHWC;
      return normalized(index, layer, order, channelwise.features(), given);
    }
    return Optional.empty();
  }

  private static Optional<Objection> normalized(
      int index, Layer layer, CNN2DFormat order, long features, InputType given) {
    return isVector(given)
        ? vector(index, layer, features, given)
        : channels(index, layer, order, features, given);
  }

  private static Optional<Objection> vector(int index, Layer layer, long takes, InputType given) {
    if (given instanceof InputTypeConvolutional) {
      return Optional.of(new Objection(index, Mismatch.RANK, describe(layer) + " takes no images"));
    }
    return when(
        isVector(given) && takes != given.arrayElementsPerExample(),
        index,
        Mismatch.SIZE,
        String.format(
            Locale.ROOT,
            "%s takes %d values, got %d",
            describe(layer),
            takes,
            given.arrayElementsPerExample()));
  }

  private static Optional<Objection> channels(
      int index, Layer layer, CNN2DFormat order, long takes, InputType given) {
    Optional<Objection> wrongOrder = channels(index, layer, order, given);
    return wrongOrder.isEmpty() && given instanceof InputTypeConvolutional images
        ? when(
            takes != images.getChannels(),
            index,
            Mismatch.SIZE,
            String.format(
                Locale.ROOT,
                "%s takes %d channels, got %d",
                describe(layer),
                takes,
                images.getChannels()))
        : wrongOrder;
  }

  private static Optional<Objection> channels(
      int index, Layer layer, CNN2DFormat order, InputType given) {
    return given instanceof InputTypeConvolutional images && images.getFormat() != order
        ? wrongOrder(index, describe(layer), order, images)
        : Optional.empty();
  }

  private static Optional<Objection> wrongOrder(
      int index, String who, CNN2DFormat takes, InputTypeConvolutional given) {
    String reason =
        String.format(Locale.ROOT, "%s takes images in %s, got %s", who, takes, given.getFormat());
    return Optional.of(new Objection(index, Mismatch.AXIS_ORDER, reason));
  }

  private static Optional<Objection> when(boolean wrong, int index, Mismatch kind, String reason) {
    return wrong ? Optional.of(new Objection(index, kind, reason)) : Optional.empty();
  }

  private static boolean isVector(InputType type) {
    return type instanceof InputTypeFeedForward;
  }

  private static boolean sameSize(InputTypeConvolutional one, InputTypeConvolutional other) {
    return one.getHeight() == other.getHeight()
        && one.getWidth() == other.getWidth()
        && one.getChannels() == other.getChannels();
  }

  private static InputTypeConvolutional images(long height, long width, long channels) {
    return (InputTypeConvolutional) InputType.convolutional(height, width, channels);
  }

  private static String describe(InputType type) {
    return type instanceof InputTypeConvolutional images
        ? String.format(
            Locale.ROOT,
            "images of %d x %d pixels and %s",
            images.getHeight(),
            images.getWidth(),
            images.getChannels() == 1 ? "one channel" : images.getChannels() + " channels")
        : type.arrayElementsPerExample() + " values";
  }

  private static String describe(Layer layer) {
    String type = layer.getClass().getSimpleName();
    return layer.getLayerName() == null ? type : type + " " + layer.getLayerName();
  }
}
