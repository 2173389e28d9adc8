package io.bnzoo.limits;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution3D;

/**
 * The shape of what one example becomes somewhere in a network.
 *
 * @param rows how many rows of the array: above 1 where time steps or several inputs were stacked
 *     in the place of examples
 * @param channels features of a vector, channels of images and sequences
 * @param sizes of the other axes: none of a vector, the length of a sequence, height and width of
 *     an image, depth, height and width of a volume
 * @param format of an image
 */
record ActivationShape(long rows, long channels, List<Long> sizes, CNN2DFormat format) {
  /** More than any machine has; products stop here, so that they cannot overflow. */
  static final long TOO_MANY = 1L << 50;

  ActivationShape {
    sizes = List.copyOf(sizes);
  }

  static ActivationShape vector(long features) {
    return new ActivationShape(1, features, List.of(), CNN2DFormat.NCHW);
  }

  static ActivationShape sequence(long features, long length) {
    return new ActivationShape(1, features, List.of(length), CNN2DFormat.NCHW);
  }

  static ActivationShape image(long channels, long height, long width, CNN2DFormat format) {
    return new ActivationShape(1, channels, List.of(height, width), format);
  }

  static ActivationShape cube(long channels, long side, int axes) {
    return new ActivationShape(1, channels, Collections.nCopies(axes, side), CNN2DFormat.NCHW);
  }

  /** The shape of a type, whose sequences are as long as said where the type does not say it. */
  static ActivationShape of(InputType type, long length) {
    if (type instanceof InputType.InputTypeFeedForward vector) {
      return vector(vector.getSize());
    }
    if (type instanceof InputType.InputTypeConvolutionalFlat image) {
      return vector(product(image.getHeight(), image.getWidth(), image.getDepth()));
    }
    if (type instanceof InputType.InputTypeRecurrent sequence) {
      long known = sequence.getTimeSeriesLength();
      return sequence(sequence.getSize(), known > 0 ? known : length);
    }
    if (type instanceof InputType.InputTypeConvolutional image) {
      return image(image.getChannels(), image.getHeight(), image.getWidth(), image.getFormat());
    }
    InputType.InputTypeConvolutional3D volume = (InputType.InputTypeConvolutional3D) type;
    return new ActivationShape(
        1,
        volume.getChannels(),
        List.of(volume.getDepth(), volume.getHeight(), volume.getWidth()),
        CNN2DFormat.NCHW);
  }

  /** For layers that are not Deeplearning4j's. */
  InputType type() throws IOException {
    return switch (axes()) {
      case 0 -> InputType.feedForward(channels);
      case 1 -> InputType.recurrent(channels, sizes.get(0));
      case 2 -> InputType.convolutional(sizes.get(0), sizes.get(1), channels, format);
      case 3 ->
          InputType.convolutional3D(
              Convolution3D.DataFormat.NCDHW, sizes.get(0), sizes.get(1), sizes.get(2), channels);
      default -> throw new IOException("an array of " + (axes() + 2) + " axes has no type");
    };
  }

  /** How many axes there are besides rows and channels. */
  int axes() {
    return sizes.size();
  }

  /** How many values a channel has in a row. */
  long positions() {
    return product(sizes.stream().mapToLong(Long::longValue).toArray());
  }

  /** How many values there are. */
  long floats() {
    return product(rows, channels, positions());
  }

  ActivationShape withRows(long count) {
    return new ActivationShape(count, channels, sizes, format);
  }

  ActivationShape withChannels(long count) {
    return new ActivationShape(rows, count, sizes, format);
  }

  ActivationShape withSizes(List<Long> others) {
    return new ActivationShape(rows, channels, others, format);
  }

  /** One row a position in the place of one array. */
  ActivationShape flattened() {
    return new ActivationShape(rows, product(channels, positions()), List.of(), format);
  }

  /** An image as a layer sees it that takes its axes to be in another order. */
  ActivationShape in(CNN2DFormat other) {
    if (axes() != 2 || other == null || other == format) {
      return this;
    }
    return new ActivationShape(rows, channels, sizes, other).ofOrder(inOrder());
  }

  /** Channels and sizes as the axes of an array have them, after the first one. */
  List<Long> inOrder() {
    List<Long> all = new ArrayList<>(sizes);
    all.add(channelsLast() ? all.size() : 0, channels);
    return all;
  }

  /** The shape of an array with such axes. */
  ActivationShape ofOrder(List<Long> axes) {
    List<Long> others = new ArrayList<>(axes);
    long count = others.remove(channelsLast() ? axes.size() - 1 : 0);
    return new ActivationShape(rows, count, others, format);
  }

  private boolean channelsLast() {
    return axes() == 2 && format == CNN2DFormat.NHWC;
  }

  static long product(long... factors) {
    long product = 1;
    for (long factor : factors) {
      if (factor <= 0) {
        return 0;
      }
      product = factor > TOO_MANY / product ? TOO_MANY : product * factor;
    }
    return product;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder().append(channels);
    sizes.forEach(size -> text.append(" x ").append(size));
    return text.toString();
  }
}
