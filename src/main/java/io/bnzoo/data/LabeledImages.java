package io.bnzoo.data;

import io.bnzoo.backend.NativeBackend;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Images of one shape, each with the class that it shows.
 *
 * <p>Pixels are kept as bytes, image after image, channel after channel, row by row, which is
 * Deeplearning4j's own order, [N,C,H,W]; arrays hold them as floats in [0, 1], {@code byte / 255}.
 */
public final class LabeledImages implements ImageBatch {

  /** Pixels along one side of an MNIST digit. */
  public static final int SIDE = 28;

  /** Pixels in one MNIST digit. */
  public static final int PIXELS = SIDE * SIDE;

  /** Ten digits. */
  public static final int CLASSES = 10;

  /** The value of each byte: {@code byte / 255}. */
  private static final float[] LEVELS = new float[256];

  static {
    for (int level = 0; level < LEVELS.length; level++) {
      LEVELS[level] = level / 255f;
    }
  }

  private final ImageShape shape;
  private final int classes;
  private final byte[] pixels;
  private final int[] labels;
  private final int offset;
  private final int size;

  /**
   * Images of a shape; copies both arrays.
   *
   * @param classes how many there are, of which these images need not show all
   * @param pixels image after image, channel after channel, row by row, 0 to 255
   * @param labels from 0 to {@code classes - 1}, one an image
   * @throws IllegalArgumentException if the lengths disagree or a label is no class
   */
  public LabeledImages(ImageShape shape, int classes, byte[] pixels, int[] labels) {
    this(shape, classes, pixels.clone(), labels.clone(), 0, labels.length);
    check();
  }

  /** The same of arrays that nobody else has, which are not copied. */
  static LabeledImages of(ImageShape shape, int classes, byte[] pixels, int[] labels) {
    LabeledImages images = new LabeledImages(shape, classes, pixels, labels, 0, labels.length);
    images.check();
    return images;
  }

  private void check() {
    if (classes < 1) {
      throw new IllegalArgumentException("classes must be at least 1, got " + classes);
    }
    if ((long) labels.length * shape.size() != pixels.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d labels need %d pixels, got %d",
              labels.length,
              (long) labels.length * shape.size(),
              pixels.length));
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "label %d must be a class from 0 to %d, got %d",
                i,
                classes - 1,
                labels[i]));
      }
    }
  }

  /** Digits of MNIST's shape: 784 pixels an image, 0 black to 255 white, and labels 0 to 9. */
  public LabeledImages(byte[] pixels, byte[] labels) {
    this(ImageShape.MNIST, CLASSES, pixels, unsigned(labels));
  }

  private LabeledImages(
      ImageShape shape, int classes, byte[] pixels, int[] labels, int offset, int size) {
    this.shape = shape;
    this.classes = classes;
    this.pixels = pixels;
    this.labels = labels;
    this.offset = offset;
    this.size = size;
  }

  /** Labels as files have them, each a byte from 0 to 255. */
  static int[] unsigned(byte[] labels) {
    int[] values = new int[labels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = labels[i] & 0xFF;
    }
    return values;
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
    return labels[offset + Objects.checkIndex(index, size)];
  }

  @Override
  public Stream<LabeledImages> inBatches(int atMost) {
    return IntStream.iterate(0, from -> from < size, from -> from + atMost)
        .mapToObj(from -> slice(from, Math.min(size, from + atMost)));
  }

  @Override
  public LabeledImages first(int count) {
    return slice(0, Math.min(count, size));
  }

  @Override
  public LabeledImages slice(int from, int to) {
    if (from < 0 || to < from || to > size) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "slice [%d, %d) must lie within [0, %d)", from, to, size));
    }
    return new LabeledImages(shape, classes, pixels, labels, offset + from, to - from);
  }

  /**
   * The images of the given positions, copied, in that order.
   *
   * @throws IndexOutOfBoundsException if there is no such image
   */
  public LabeledImages select(int... indices) {
    int values = shape.size();
    byte[] chosenPixels = new byte[Math.multiplyExact(indices.length, values)];
    int[] chosenLabels = new int[indices.length];
    for (int i = 0; i < indices.length; i++) {
      int index = offset + Objects.checkIndex(indices[i], size);
      System.arraycopy(pixels, index * values, chosenPixels, i * values, values);
      chosenLabels[i] = labels[index];
    }
    return new LabeledImages(shape, classes, chosenPixels, chosenLabels, 0, indices.length);
  }

  /**
   * One image's pixels, channel after channel, row by row, as bytes 0 to 255.
   *
   * @throws IndexOutOfBoundsException if there is no such image
   */
  public byte[] pixels(int index) {
    int start = (offset + Objects.checkIndex(index, size)) * shape.size();
    return Arrays.copyOfRange(pixels, start, start + shape.size());
  }

  /** All images' pixels, one image after the other, as bytes 0 to 255; not a copy. */
  @Override
  public ByteBuffer pixels() {
    return ByteBuffer.wrap(pixels, offset * shape.size(), size * shape.size()).asReadOnlyBuffer();
  }

  /**
   * The same images with their three channels in the other order, such as blue, green, red.
   *
   * @throws IllegalArgumentException if they have another number of channels
   */
  public LabeledImages withReversedChannels() {
    int channels = shape.channels();
    if (channels != 3) {
      throw new IllegalArgumentException(
          "only red, green and blue can be given in another order, the images have "
              + shape.description());
    }
    int plane = shape.height() * shape.width();
    byte[] reversed = new byte[size * shape.size()];
    for (int image = 0; image < size; image++) {
      for (int channel = 0; channel < channels; channel++) {
        System.arraycopy(
            pixels,
            ((offset + image) * channels + channels - 1 - channel) * plane,
            reversed,
            (image * channels + channel) * plane,
            plane);
      }
    }
    int[] shown = Arrays.copyOfRange(labels, offset, offset + size);
    return new LabeledImages(shape, classes, reversed, shown, 0, size);
  }

  /** All images, [size, values of an image], float, in [0, 1]. */
  @Override
  public INDArray images() {
    return images(PixelRange.UNIT);
  }

  /** All images, [size, values of an image], float, in the given range. */
  public INDArray images(PixelRange range) {
    return array(levels(range), shape.size());
  }

  @Override
  public INDArray oneHotLabels() {
    float[] values = new float[Math.multiplyExact(size, classes)];
    for (int i = 0; i < size; i++) {
      values[i * classes + label(i)] = 1;
    }
    return array(values, classes);
  }

  /** Nd4j.createFromArray would put value by value, through three layers of checks. */
  private INDArray array(float[] values, int columns) {
    NativeBackend.enableOneDnn(); // It can only be chosen before the first array.
    INDArray array = Nd4j.createUninitialized(DataType.FLOAT, size, columns);
    if (size > 0) { // An empty array has no memory.
      array.data().asNioFloat().put(values);
    }
    return array;
  }

  private float[] levels(PixelRange range) {
    float[] values = new float[Math.multiplyExact(size, shape.size())];
    int start = offset * shape.size();
    for (int i = 0; i < values.length; i++) {
      int level = pixels[start + i] & 0xFF;
      values[i] = range == PixelRange.BYTES ? level : LEVELS[level];
    }
    return values;
  }

  /**
   * Pixels whose channels lie side by side, as most files have them, channel after channel.
   *
   * @param count how many images there are
   */
  static byte[] channelsFirst(byte[] pixels, int count, ImageShape shape) {
    int channels = shape.channels();
    if (channels == 1) {
      return pixels;
    }
    int plane = shape.height() * shape.width();
    byte[] moved = new byte[pixels.length];
    for (int image = 0; image < count; image++) {
      int start = image * shape.size();
      for (int pixel = 0; pixel < plane; pixel++) {
        for (int channel = 0; channel < channels; channel++) {
          moved[start + channel * plane + pixel] = pixels[start + pixel * channels + channel];
        }
      }
    }
    return moved;
  }
}
