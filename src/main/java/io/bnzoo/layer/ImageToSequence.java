package io.bnzoo.layer;

import io.bnzoo.data.ImageShape;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Shows a recurrent network an image piece by piece: [N,C,H,W], or [N,C*H*W] in the same order,
 * becomes [N,F,T].
 *
 * <p>It stands before the first layer, so that the network takes images and whatever trains and
 * evaluates image models does so with this one, too; a saved model has its own permutation:
 *
 * <pre>
 * list.inputPreProcessor(0, ImageToSequence.rows(ImageShape.MNIST))
 * </pre>
 *
 * <p>Source of the tasks: Q. Le, N. Jaitly and G. Hinton, "A Simple Way to Initialize Recurrent
 * Networks of Rectified Linear Units", 2015 (pixel by pixel, in order and permuted).
 */
@JsonAutoDetect(
    fieldVisibility = JsonAutoDetect.Visibility.ANY,
    getterVisibility = JsonAutoDetect.Visibility.NONE,
    isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public final class ImageToSequence implements InputPreProcessor {
  private static final long serialVersionUID = 1;

  private final int steps;

  /** Where in the image the values are that the steps take, step after step. */
  private final int[] order;

  /** Also for JSON, which may come from anybody. */
  @JsonCreator
  private ImageToSequence(@JsonProperty("steps") int steps, @JsonProperty("order") int[] order) {
    if (order == null || steps < 1 || order.length == 0 || order.length % steps != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d values cannot be shown in %d steps",
              order == null ? 0 : order.length,
              steps));
    }
    for (int place : order) {
      if (place < 0 || place >= order.length) {
        throw new IllegalArgumentException(
            "an image of " + order.length + " values has none at " + place);
      }
    }
    this.steps = steps;
    this.order = order;
  }

  /** Row by row from the top: H steps of C*W values, channel after channel. */
  public static ImageToSequence rows(ImageShape shape) {
    return new ImageToSequence(
        shape.height(),
        gathered(shape, IntStream.range(0, shape.height()).toArray(), shape.width()));
  }

  /** Pixel by pixel, row by row: H*W steps of C values. */
  public static ImageToSequence pixels(ImageShape shape) {
    return pixels(shape, inOrder(shape));
  }

  /**
   * Pixel by pixel in a random order, the same for all images: H*W steps of C values.
   *
   * @param seed of the permutation
   */
  public static ImageToSequence permuted(ImageShape shape, long seed) {
    List<Integer> pixels = Arrays.stream(inOrder(shape)).boxed().collect(Collectors.toList());
    Collections.shuffle(pixels, new Random(seed));
    return pixels(shape, pixels.stream().mapToInt(Integer::intValue).toArray());
  }

  /**
   * Pixel by pixel, each step's drawn from all, so that some are shown several times and 37 %
   * never. No permutation, but what the code of "Recurrent Batch Normalization" calls one: its
   * published figures of the permuted task are of this.
   *
   * @param seed of the drawing
   */
  public static ImageToSequence drawnWithReplacement(ImageShape shape, long seed) {
    int pixels = shape.height() * shape.width();
    return pixels(shape, new Random(seed).ints(pixels, 0, pixels).toArray());
  }

  private static int[] inOrder(ImageShape shape) {
    return IntStream.range(0, shape.height() * shape.width()).toArray();
  }

  private static ImageToSequence pixels(ImageShape shape, int[] pixels) {
    return new ImageToSequence(pixels.length, gathered(shape, pixels, 1));
  }

  /** The places of runs of so many pixels, given which run each step shows. */
  private static int[] gathered(ImageShape shape, int[] runs, int length) {
    int plane = shape.height() * shape.width();
    return Arrays.stream(runs)
        .flatMap(
            run ->
                IntStream.range(0, shape.channels() * length)
                    .map(i -> i / length * plane + run * length + i % length))
        .toArray();
  }

  /** How many steps a sequence has. */
  public int steps() {
    return steps;
  }

  /** How many values an image has, which are as many as a sequence has. */
  public int values() {
    return order.length;
  }

  /**
   * For each value of a sequence, step after step, which of the image's it is: channel after
   * channel, row by row, from 0.
   */
  public List<Integer> order() {
    return Arrays.stream(order).boxed().toList();
  }

  /** How many values a step has. */
  public int features() {
    return order.length / steps;
  }

  @Override
  public INDArray preProcess(INDArray images, int count, LayerWorkspaceMgr workspaces) {
    INDArray flat = images.dup('c').reshape('c', images.size(0), images.length() / images.size(0));
    if (flat.size(1) != order.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "images of %d values are needed for %d steps of %d, got the shape %s",
              order.length,
              steps,
              features(),
              Arrays.toString(images.shape())));
    }
    INDArray taken = Nd4j.pullRows(flat, 0, order); // Along dimension 0 lie the columns.
    INDArray sequences = taken.reshape('c', images.size(0), steps, features()).permute(0, 2, 1);
    return workspaces.dup(ArrayType.ACTIVATIONS, sequences, 'f');
  }

  /** Where a value is shown several times, the sum of their gradients. */
  @Override
  public INDArray backprop(INDArray gradient, int count, LayerWorkspaceMgr workspaces) {
    long images = gradient.size(0);
    INDArray bySteps = gradient.permute(0, 2, 1).dup('c').reshape('c', images, order.length);
    INDArray ofImages =
        workspaces.create(
            ArrayType.ACTIVATION_GRAD, gradient.dataType(), new long[] {images, order.length}, 'f');
    for (int i = 0; i < order.length; i++) {
      ofImages.getColumn(order[i]).addi(bySteps.getColumn(i));
    }
    return ofImages;
  }

  @Override
  public InputType getOutputType(InputType images) {
    boolean fits =
        images instanceof InputType.InputTypeFeedForward
            || images instanceof InputType.InputTypeConvolutionalFlat
            || images instanceof InputType.InputTypeConvolutional;
    if (!fits || images.arrayElementsPerExample() != order.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "images of %d values are needed for %d steps of %d, got the input type %s",
              order.length,
              steps,
              features(),
              images));
    }
    return InputType.recurrent(features(), steps);
  }

  /** None: all images are of one size. */
  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(INDArray mask, MaskState state, int count) {
    return new Pair<>(mask, state);
  }

  @Override
  @SuppressWarnings("MethodDoesntCallSuperMethod")
  public ImageToSequence clone() {
    return new ImageToSequence(steps, order.clone());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ImageToSequence sequence
        && sequence.steps == steps
        && Arrays.equals(sequence.order, order);
  }

  @Override
  public int hashCode() {
    return Objects.hash(steps, Arrays.hashCode(order));
  }

  @Override
  public String toString() {
    return "images as " + steps + " steps of " + features() + " values";
  }
}
