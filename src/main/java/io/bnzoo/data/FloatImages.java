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

  /** Of all images of which these are some: side by side in memory, and alive as long as these. */
  private final INDArray values;

  private final int classes;
  private final int[] labels;
  private final int offset;
  private final int size;

  private FloatImages(
      ImageShape shape, INDArray values, int classes, int[] labels, int offset, int size) {
    this.shape = shape;
    this.values = values;
    this.classes = classes;
    this.labels = labels;
    this.offset = offset;
    this.size = size;
  }

  private static FloatImages of(ImageShape shape, INDArray values, int classes, int[] labels) {
    int size = Math.toIntExact(values.size(0));
    long most = Integer.MAX_VALUE / Float.BYTES;
    if (values.length() > most) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a batch may have %,d values, got %,d: make it smaller",
              most,
              values.length()));
    }
    return new FloatImages(shape, values, classes, labels, 0, size);
  }

  /**
   * The images of a batch.
   *
   * @param batch features [N,channels,height,width], [N,height,width,channels] or [N,values],
   *     channel after channel and row by row, of any type, and labels [N,classes], one-hot
   * @throws IllegalArgumentException if the features have another shape, if it cannot be told which
   *     of their axes are the channels, if there are masks, or the labels are not one-hot
   */
  public static FloatImages of(DataSet batch, ImageShape shape) {
    INDArray values = values(batch, shape);
    INDArray labels = present("labels", batch.getLabels());
    if (labels.rank() != 2 || labels.size(0) != values.size(0)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d images need one-hot labels of shape [%1$d, classes], got %s",
              values.size(0),
              Arrays.toString(labels.shape())));
    }
    return of(shape, values, Math.toIntExact(labels.size(1)), classes(dense(labels)));
  }

  /**
   * The same without labels, for a prediction: {@link #label} knows none.
   *
   * @throws IllegalArgumentException likewise
   */
  public static FloatImages unlabeled(DataSet batch, ImageShape shape) {
    return of(shape, values(batch, shape), 0, new int[0]);
  }

  /**
   * The same images in other values.
   *
   * @param values [size, values of an image], float
   */
  public static FloatImages of(LabeledImages images, INDArray values) {
    int[] labels = IntStream.range(0, images.size()).map(images::label).toArray();
    return of(images.shape(), dense(values), images.classes(), labels);
  }

  private static INDArray values(DataSet batch, ImageShape shape) {
    if (batch == null || shape == null) {
      throw new IllegalArgumentException(
          (batch == null ? "the batch" : "the shape of its images") + " must be given, got null");
    }
    if (batch.hasMaskArrays()) {
      throw new IllegalArgumentException("images have no masks, got a batch with masks");
    }
    return rows(present("features", batch.getFeatures()), shape);
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
            "images of %s need features of shape [N, %d, %d, %d], [N, %3$d, %4$d, %2$d] or [N, %d],"
                + " got %s",
            shape.description(),
            shape.channels(),
            shape.height(),
            shape.width(),
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
              + " of the batch are not (neither class numbers nor shares of several classes are"
              + " taken)");
    }
    return found;
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public int classes() {
    return classes;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int label(int index) {
    return labels[offset + Objects.checkIndex(index, Math.min(size, labels.length))];
  }

  @Override
  public FloatImages slice(int from, int to) {
    if (from < 0 || to < from || to > size) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "slice [%d, %d) must lie within [0, %d)", from, to, size));
    }
    return new FloatImages(shape, values, classes, labels, offset + from, to - from);
  }

  /** These images and some others after them, copied. */
  FloatImages and(FloatImages more) {
    int[] all = Arrays.copyOfRange(labels, offset, offset + size + more.size);
    System.arraycopy(more.labels, more.offset, all, size, more.size);
    return of(shape, Nd4j.vstack(images(), more.images()), classes, all);
  }

  /** A copy whose memory nobody else has. */
  FloatImages copy() {
    int[] own = Arrays.copyOfRange(labels, offset, offset + size);
    return of(shape, images().dup('c'), classes, own);
  }

  /** All images as they were given, [size, values of an image], channel after channel. */
  @Override
  public INDArray images() {
    boolean all = size == values.size(0);
    return all
        ? values
        : values.get(NDArrayIndex.interval(offset, offset + size), NDArrayIndex.all());
  }

  @Override
  public INDArray oneHotLabels() {
    INDArray oneHot = Nd4j.zeros(DataType.FLOAT, size, classes);
    for (int i = 0; i < size; i++) {
      oneHot.putScalar(i, label(i), 1);
    }
    return oneHot;
  }

  /**
   * As {@link ImageBatch#pixels}; its memory is freed with this object, which has to outlive it.
   */
  @Override
  public FloatBuffer pixels() {
    FloatBuffer all = values.data().asNioFloat();
    return all.slice(all.position() + offset * shape.size(), size * shape.size());
  }
}
