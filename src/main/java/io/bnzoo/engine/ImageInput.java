package io.bnzoo.engine;

import io.bnzoo.data.LabeledImages;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The shape in which a network takes images of 28 x 28 pixels and one channel. */
public enum ImageInput {
  /** [N,784]. */
  FLAT(InputType.feedForward(LabeledImages.PIXELS), 784),
  /** [N,1,28,28]. */
  NCHW(images(CNN2DFormat.NCHW), 1, 28, 28),
  /** [N,28,28,1]. */
  NHWC(images(CNN2DFormat.NHWC), 28, 28, 1);

  /** As much of somebody else's message as fits a line. */
  private static final int LONGEST_REASON = 160;

  @SuppressWarnings("ImmutableEnumChecker") // Never written to.
  private final InputType type;

  @SuppressWarnings("ImmutableEnumChecker") // Never written to.
  private final List<Integer> axes;

  ImageInput(InputType type, Integer... axes) {
    this.type = type;
    this.axes = List.of(axes);
  }

  private static InputType images(CNN2DFormat format) {
    return InputType.convolutional(LabeledImages.SIDE, LabeledImages.SIDE, 1, format);
  }

  /** The same in Deeplearning4j's words. */
  public InputType type() {
    return type;
  }

  /** The same values, [N,784], in this shape. */
  public INDArray shaped(INDArray images) {
    long[] shape = new long[axes.size() + 1];
    shape[0] = images.size(0);
    for (int i = 0; i < axes.size(); i++) {
      shape[i + 1] = axes.get(i);
    }
    return images.reshape('c', shape);
  }

  /**
   * The shape that a network takes; of several, whose values are in the same order, the first.
   *
   * @throws IllegalArgumentException if it takes none of them, or takes what it is given for images
   *     of another size, saying what it takes
   */
  public static ImageInput of(MultiLayerNetwork network) {
    return of(network.getLayerWiseConfigurations(), images -> network.output(images, false));
  }

  /**
   * The same for a graph with one input and one output.
   *
   * @throws IllegalArgumentException likewise
   */
  public static ImageInput of(ComputationGraph graph) {
    return sort(input -> InputCheck.objection(graph.getConfiguration(), input.type))
        .firstThatRuns(images -> graph.outputSingle(images));
  }

  /**
   * The shape that a network takes.
   *
   * @param prediction the network's, or that of one with the same layers
   */
  static ImageInput of(MultiLayerConfiguration configuration, Consumer<INDArray> prediction) {
    return sort(input -> InputCheck.objection(configuration, input.type)).firstThatRuns(prediction);
  }

  /**
   * The shapes that a network may take by its configuration, at least one.
   *
   * @throws IllegalArgumentException if the configuration rules all of them out
   */
  static List<ImageInput> candidates(MultiLayerConfiguration configuration) {
    return sort(input -> InputCheck.objection(configuration, input.type)).accepted();
  }

  /** The shapes that a configuration has nothing against, and what it has against the others. */
  private record Candidates(List<ImageInput> accepted, List<Objection> objections) {

    ImageInput firstThatRuns(Consumer<INDArray> prediction) {
      List<String> refusals = new ArrayList<>();
      for (ImageInput candidate : accepted) {
        INDArray image = Nd4j.zeros(DataType.FLOAT, 1, LabeledImages.PIXELS);
        try {
          prediction.accept(candidate.shaped(image));
          return candidate;
        } catch (RuntimeException refused) { // Each layer refuses a wrong shape in its own way.
          refusals.add(line(refused));
        }
      }
      throw refusal(bestObjection().map(Objection::reason).orElseGet(() -> refusals.get(0)));
    }

    Optional<Objection> bestObjection() {
      return objections.stream().max(Objection.byFit());
    }
  }

  private static Candidates sort(Function<ImageInput, Optional<Objection>> objections) {
    List<ImageInput> accepted = new ArrayList<>();
    List<Objection> refusals = new ArrayList<>();
    for (ImageInput candidate : values()) {
      Optional<Objection> objection = objections.apply(candidate);
      objection.ifPresentOrElse(refusals::add, () -> accepted.add(candidate));
    }
    Candidates candidates = new Candidates(accepted, refusals);
    if (accepted.isEmpty()) {
      throw refusal(candidates.bestObjection().orElseThrow().reason());
    }
    return candidates;
  }

  private static String line(RuntimeException refused) {
    String message = Stream.ofNullable(refused.getMessage()).findFirst().orElse("no reason given");
    String line = message.lines().findFirst().orElse("no reason given");
    return line.length() > LONGEST_REASON ? line.substring(0, LONGEST_REASON) + "..." : line;
  }

  private static IllegalArgumentException refusal(String reason) {
    return new IllegalArgumentException(
        "the network takes no images of 28 x 28 pixels and one channel: " + reason);
  }
}
