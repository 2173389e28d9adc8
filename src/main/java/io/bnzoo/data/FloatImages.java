package io.bnzoo.data;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** A batch of Deeplearning4j's: images as a normalizer, an augmentation or a file left them. */
public final class FloatImages implements ImageBatch {
  private final ImageShape shape;
  private final INDArray values;
  private final INDArray oneHotLabels;
  private final int[] labels;

  private FloatImages(ImageShape shape, INDArray values, INDArray oneHotLabels, int[] labels) {
    this.shape = shape;
    this.values = values;
    this.oneHotLabels = oneHotLabels;
    this.labels = labels;
  }

  /**
   * The images of a batch, which keeps its memory.
   *
   * @param batch features [N,channels,height,width], [N,height,width,channels] or [N,values],
   *     channel after channel and row by row, of any type, and labels [N,classes], one-hot
   * @throws IllegalArgumentException if the features have another shape, if it cannot be told which
   *     of their axes are the channels, if there are masks, or the labels are not one-hot
   */
  public static FloatImages of(DataSet batch, ImageShape shape) {
    if (batch.hasMaskArrays()) {
      throw new IllegalArgumentException("images have no masks, got a batch with masks");
    }
    INDArray features = present("features", batch.getFeatures());
    INDArray labels = present("labels", batch.getLabels());
    INDArray values = rows(features, shape);
    if (labels.rank() != 2 || labels.size(0) != values.size(0)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d images need labels of shape [%1$d, classes], got %s",
              values.size(0),
              Arrays.toString(labels.shape())));
    }
    INDArray oneHot = dense(labels);
    return new FloatImages(shape, values, oneHot, classes(oneHot));
  }

  private static INDArray present(String name, INDArray array) {
    if (array == null || array.isEmpty()) {
      throw new IllegalArgumentException("the batch has no " + name);
    }
    return array;
  }

  /** [N,values], channel after channel, row by row, side by side in memory. */
  private static INDArray rows(INDArray features, ImageShape shape) {
    long[] given = features.shape();
    long count = given[0];
    long[] channelsFirst = {count, shape.channels(), shape.height(), shape.width()};
    long[] channelsLast = {count, shape.height(), shape.width(), shape.channels()};
    boolean isFirst = Arrays.equals(given, channelsFirst);
    boolean isLast = Arrays.equals(given, channelsLast);
    if (isFirst && isLast && shape.channels() > 1) {
      throw new IllegalArgumentException(
          "features of "
              + Arrays.toString(given)
              + " may be NCHW or NHWC: reshape them to [N,values], channel after channel");
    }
    if (isFirst || Arrays.equals(given, new long[] {count, shape.size()})) {
      return dense(features).reshape('c', count, shape.size());
    }
    if (isLast) {
      return dense(features.permute(0, 3, 1, 2)).reshape('c', count, shape.size());
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "images of %s need features of shape %s, %s or [%d, %d], got %s",
            shape.description(),
            Arrays.toString(channelsFirst),
            Arrays.toString(channelsLast),
            count,
            shape.size(),
            Arrays.toString(given)));
  }

  private static INDArray dense(INDArray array) {
    INDArray floats = array.castTo(DataType.FLOAT);
    boolean asItIs = floats.ordering() == 'c' && !floats.isView() && hasUsualStrides(floats);
    return asItIs ? floats : floats.dup('c');
  }

  private static boolean hasUsualStrides(INDArray array) {
    return Arrays.equals(array.stride(), Nd4j.getStrides(array.shape(), 'c'));
  }

  private static int[] classes(INDArray labels) {
    float[] each = labels.data().asFloat();
    int classes = Math.toIntExact(labels.size(1));
    int[] found = new int[Math.toIntExact(labels.size(0))];
    for (int image = 0; image < found.length; image++) {
      found[image] = oneHot(each, image, classes);
    }
    return found;
  }

  private static int oneHot(float[] each, int image, int classes) {
    int found = -1;
    for (int k = 0; k < classes; k++) {
      float value = each[image * classes + k];
      if (value == 1 && found < 0) {
        found = k;
      } else if (value != 0) {
        found = classes;
      }
    }
    if (found < 0 || found == classes) {
      throw new IllegalArgumentException(
          "labels must be one-hot, a single 1 in a row of zeros; those of image "
              + image
              + " are not");
    }
    return found;
  }

  /**
   * The same images in other values.
   *
   * @param values [size, values of an image], float
   */
  public static FloatImages of(LabeledImages images, INDArray values) {
    int[] labels = IntStream.range(0, images.size()).map(images::label).toArray();
    return new FloatImages(images.shape(), dense(values), images.oneHotLabels(), labels);
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public int classes() {
    return Math.toIntExact(oneHotLabels.size(1));
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int label(int index) {
    return labels[Objects.checkIndex(index, labels.length)];
  }

  @Override
  public FloatImages slice(int from, int to) {
    if (from == 0 && to == size()) {
      return this;
    }
    if (from < 0 || to <= from || to > size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "slice [%d, %d) must have images within [0, %d)", from, to, size()));
    }
    return new FloatImages(
        shape,
        values.get(NDArrayIndex.interval(from, to), NDArrayIndex.all()),
        oneHotLabels.get(NDArrayIndex.interval(from, to), NDArrayIndex.all()),
        Arrays.copyOfRange(labels, from, to));
  }

  /** These images and some others after them, copied. */
  FloatImages and(FloatImages more) {
    int[] all = Arrays.copyOf(labels, labels.length + more.labels.length);
    System.arraycopy(more.labels, 0, all, labels.length, more.labels.length);
    return new FloatImages(
        shape, Nd4j.vstack(values, more.values), Nd4j.vstack(oneHotLabels, more.oneHotLabels), all);
  }

  /** A copy whose memory nobody else has. */
  FloatImages copy() {
    return new FloatImages(shape, values.dup('c'), oneHotLabels.dup('c'), labels);
  }

  /** All images as they were given, [size, values of an image], channel after channel. */
  @Override
  public INDArray images() {
    return values;
  }

  @Override
  public INDArray oneHotLabels() {
    return oneHotLabels;
  }

  @Override
  public FloatBuffer pixels() {
    INDArray dense = dense(values);
    FloatBuffer all = dense.data().asNioFloat();
    return all.slice(all.position(), Math.toIntExact(dense.length()));
  }
}
