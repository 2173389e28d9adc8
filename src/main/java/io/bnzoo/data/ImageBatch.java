package io.bnzoo.data;

import java.nio.Buffer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Images of one shape, each with the class that it shows, in the values that a network is given:
 * {@link LabeledImages} of bytes, or {@link FloatImages} of any values.
 */
public sealed interface ImageBatch extends ImageSource permits LabeledImages, FloatImages {

  /** How many classes there are to tell apart. */
  int classes();

  /** How many images there are. */
  int size();

  /**
   * The class that image {@code index} shows.
   *
   * @throws IndexOutOfBoundsException if there is no such image
   */
  int label(int index);

  /**
   * Images {@code from} (inclusive) to {@code to} (exclusive), sharing this object's memory.
   *
   * @throws IllegalArgumentException if there are no such images
   */
  ImageBatch slice(int from, int to);

  @Override
  default Stream<? extends ImageBatch> inBatches(int atMost) {
    return IntStream.iterate(0, from -> from < size(), from -> from + atMost)
        .mapToObj(from -> slice(from, Math.min(size(), from + atMost)));
  }

  @Override
  default ImageBatch first(int count) {
    return slice(0, Math.min(count, size()));
  }

  /** All images, [size, values of an image], float, channel after channel, row by row. */
  INDArray images();

  /** All labels, [size, classes], float, 1 in the column of the class and 0 elsewhere. */
  INDArray oneHotLabels();

  /**
   * The values of {@link #images} as they are kept: a {@link java.nio.FloatBuffer}, or a {@link
   * java.nio.ByteBuffer} whose bytes, 0 to 255, stand for {@code byte / 255}. It may be used as
   * long as this object is.
   */
  Buffer pixels();
}
