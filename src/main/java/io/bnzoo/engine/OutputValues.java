package io.bnzoo.engine;

import io.bnzoo.compiler.Operation.MapSize;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The shapes of an output's values.
 *
 * @param size for one example
 * @param images the order of their axes in Deeplearning4j; empty for vectors
 */
record OutputValues(MapSize size, Optional<CNN2DFormat> images) {

  /** A row of channels for each pixel of each example, or a row for each example. */
  INDArray rows(float[] values) {
    INDArray array = array(values);
    return images.isEmpty()
        ? array
        : array.permute(0, 2, 3, 1).dup('c').reshape(-1, size.channels());
  }

  /** The same of an array in Deeplearning4j's shape. */
  INDArray rows(INDArray array) {
    if (images.isEmpty()) {
      return array;
    }
    INDArray channelsLast = isChannelsLast() ? array : array.permute(0, 2, 3, 1);
    return channelsLast.dup('c').reshape(-1, size.channels());
  }

  /**
   * A mask of the labels, in rows as well.
   *
   * @param mask null without one; [N,F] or [N,1] of vectors, and of images [N,1], of whole ones,
   *     [N,H,W], or as the labels with one channel or all
   */
  INDArray rowsOfMask(INDArray mask) {
    if (mask == null || images.isEmpty()) {
      return mask;
    }
    if (mask.rank() == 2) {
      return mask.repeat(1, size.height() * size.width()).reshape('c', -1, 1);
    }
    if (mask.rank() == 3) {
      return mask.dup('c').reshape(-1, 1);
    }
    INDArray channelsLast = isChannelsLast() ? mask : mask.permute(0, 2, 3, 1);
    return channelsLast.dup('c').reshape(-1, channelsLast.size(3));
  }

  /** [N,F] or [N,C,H,W]. */
  INDArray array(float[] values) {
    INDArray array = Nd4j.createFromArray(values);
    long count = values.length / size.values();
    return images.isEmpty()
        ? array.reshape(count, size.values())
        : array.reshape(count, size.channels(), size.height(), size.width());
  }

  /** [N,F] or [N,C,H,W] of rows. */
  INDArray array(INDArray rows) {
    return images.isEmpty() ? rows : pixels(rows).permute(0, 3, 1, 2);
  }

  /** In Deeplearning4j's shape. */
  INDArray shaped(INDArray rows) {
    if (images.isEmpty()) {
      return rows;
    }
    return isChannelsLast() ? pixels(rows) : pixels(rows).permute(0, 3, 1, 2).dup('c');
  }

  private INDArray pixels(INDArray rows) {
    return rows.dup('c').reshape('c', -1, size.height(), size.width(), size.channels());
  }

  private boolean isChannelsLast() {
    return images.filter(CNN2DFormat.NHWC::equals).isPresent();
  }

  /**
   * Checks labels.
   *
   * @param count the number of examples
   * @throws IllegalArgumentException if they have another shape, or there are none
   */
  void checkLabels(String name, INDArray labels, long count) {
    long[] wanted = shape(count);
    if (labels == null || !Arrays.equals(labels.shape(), wanted)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s needs labels of shape %s, got %s",
              name,
              Arrays.toString(wanted),
              labels == null ? "none" : Arrays.toString(labels.shape())));
    }
  }

  private long[] shape(long count) {
    if (images.isEmpty()) {
      return new long[] {count, size.values()};
    }
    return isChannelsLast()
        ? new long[] {count, size.height(), size.width(), size.channels()}
        : new long[] {count, size.channels(), size.height(), size.width()};
  }
}
