package io.bnzoo.engine;

import io.bnzoo.data.ImageBatch;
import io.bnzoo.data.ImageShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The shape in which a network takes images. */
public enum ImageInput {
  /** [N,values], channel after channel. */
  FLAT,
  /** [N,channels,height,width]. */
  NCHW,
  /** [N,height,width,channels]. */
  NHWC;

  /** As much of somebody else's message as fits a line. */
  private static final int LONGEST_REASON = 160;

  /** The same in Deeplearning4j's words. */
  public InputType type(ImageShape shape) {
    return switch (this) {
      case FLAT -> InputType.feedForward(shape.size());
      case NCHW -> images(shape, CNN2DFormat.NCHW);
      case NHWC -> images(shape, CNN2DFormat.NHWC);
    };
  }

  private static InputType images(ImageShape shape, CNN2DFormat format) {
    return InputType.convolutional(shape.height(), shape.width(), shape.channels(), format);
  }

  /** Images, [N,values] as {@link ImageBatch#images} has them, in this shape. */
  public INDArray shaped(INDArray images, ImageShape shape) {
    if (this == FLAT) {
      return images;
    }
    long count = images.size(0);
    if (this == NHWC && shape.channels() == 1) { // The same values in the same order.
      return images.reshape('c', count, shape.height(), shape.width(), 1);
    }
    INDArray channelsFirst =
        images.reshape('c', count, shape.channels(), shape.height(), shape.width());
    return this == NCHW ? channelsFirst : channelsFirst.permute(0, 2, 3, 1).dup('c');
  }

  /**
   * The shape that a network takes; of several, whose values are in the same order, the first.
   *
   * @throws IllegalArgumentException if it takes none of them, or takes what it is given for images
   *     of another size, saying what it takes
   */
  public static ImageInput of(MultiLayerNetwork network, ImageShape shape) {
    return of(network.getLayerWiseConfigurations(), shape, images -> network.output(images, false));
  }

  /**
   * The same for a graph with one input and one output.
   *
   * @throws IllegalArgumentException likewise
   */
  public static ImageInput of(ComputationGraph graph, ImageShape shape) {
    return sort(shape, input -> InputCheck.objection(graph.getConfiguration(), input, shape))
        .firstThatRuns(images -> graph.outputSingle(images));
  }

  /**
   * The same for either kind of network.
   *
   * @param model a {@link MultiLayerNetwork} or a {@link ComputationGraph}
   * @throws IllegalArgumentException likewise
   */
  public static ImageInput of(Model model, ImageShape shape) {
    return model instanceof ComputationGraph graph
        ? of(graph, shape)
        : of((MultiLayerNetwork) model, shape);
  }

  /**
   * The shape that a network takes.
   *
   * @param prediction the network's, or that of one with the same layers
   */
  static ImageInput of(
      MultiLayerConfiguration configuration, ImageShape shape, Consumer<INDArray> prediction) {
    return sort(shape, input -> InputCheck.objection(configuration, input, shape))
        .firstThatRuns(prediction);
  }

  /**
   * The shapes that a network may take by its configuration, at least one.
   *
   * @throws IllegalArgumentException if the configuration rules all of them out
   */
  static List<ImageInput> candidates(MultiLayerConfiguration configuration, ImageShape shape) {
    return sort(shape, input -> InputCheck.objection(configuration, input, shape)).accepted();
  }

  /** The shapes that a configuration has nothing against, and what it has against the others. */
  private record Candidates(
      ImageShape shape, List<ImageInput> accepted, List<Objection> objections) {

    ImageInput firstThatRuns(Consumer<INDArray> prediction) {
      List<String> refusals = new ArrayList<>();
      for (ImageInput candidate : accepted) {
        INDArray image = Nd4j.zeros(DataType.FLOAT, 1, shape.size());
        try {
          prediction.accept(candidate.shaped(image, shape));
          return candidate;
        } catch (RuntimeException refused) { // Each layer refuses a wrong shape in its own way.
          refusals.add(line(refused));
        }
      }
      throw refusal(
          shape,
          bestObjection()
              .map(Objection::reason)
              .orElseGet(() -> "it failed on one, saying: " + refusals.get(0)));
    }

    Optional<Objection> bestObjection() {
      return objections.stream().max(Objection.byFit());
    }
  }

  private static Candidates sort(
      ImageShape shape, Function<ImageInput, Optional<Objection>> objections) {
    List<ImageInput> accepted = new ArrayList<>();
    List<Objection> refusals = new ArrayList<>();
    for (ImageInput candidate : values()) {
      Optional<Objection> objection = objections.apply(candidate);
      objection.ifPresentOrElse(refusals::add, () -> accepted.add(candidate));
    }
    Candidates candidates = new Candidates(shape, accepted, refusals);
    if (accepted.isEmpty()) {
      throw refusal(shape, candidates.bestObjection().orElseThrow().reason());
    }
    return candidates;
  }

  private static String line(RuntimeException refused) {
    String message = Stream.ofNullable(refused.getMessage()).findFirst().orElse("no reason given");
    String line = message.lines().findFirst().orElse("no reason given");
    return line.length() > LONGEST_REASON ? line.substring(0, LONGEST_REASON) + "..." : line;
  }

  private static IllegalArgumentException refusal(ImageShape shape, String reason) {
    return new IllegalArgumentException(
        "the network takes no images of " + shape.description() + ": " + reason);
  }
}
