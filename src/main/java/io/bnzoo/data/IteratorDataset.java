package io.bnzoo.data;

import io.bnzoo.backend.NativeBackend;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * Images that Deeplearning4j's iterators give, batch by batch, so that they need not fit into
 * memory. What a preprocessor of an iterator makes of them, such as a normalizer, is what networks
 * are given.
 *
 * <p>An iterator is read to its end, reset, and read again. Its own batches are trained on, a
 * smaller last one included; but a batch of a single image, which has no variance to normalize by,
 * is passed over where others are larger. Nothing else may use the iterators meanwhile.
 */
public final class IteratorDataset implements TrainingData {
  private final ImageShape shape;
  private final int classes;
  private final DataSetIterator train;
  private final DataSetIterator validation;
  private final DataSetIterator test;
  private final ImageDataset.Origin origin;
  private final boolean repeatable;

  private IteratorDataset(
      ImageShape shape, DataSetIterator train, DataSetIterator validation, DataSetIterator test) {
    this.shape = shape;
    this.train = train;
    this.validation = validation;
    this.test = test;
    FloatImages first = firstBatch(train);
    this.classes = first.classes();
    String checksum = checksum(first);
    this.repeatable = checksum(firstBatch(train)).equals(checksum);
    String description =
        String.format(
            Locale.ROOT,
            "a %s of images of %s, %d classes",
            train.getClass().getSimpleName(),
            shape.description(),
            classes);
    this.origin = new ImageDataset.Origin(ImageDataset.Kind.OTHER, description, checksum);
  }

  /**
   * The images of three iterators; see {@link FloatImages#of} for what their batches may be.
   *
   * @param shape of every image
   * @param validation may be the same object as {@code test}
   * @throws IllegalArgumentException if an iterator cannot be reset or has no batch, if the first
   *     batch of the training iterator has images of another shape or labels that are not one-hot,
   *     or if the training iterator is one of the others, which would reset it at each look
   */
  public static IteratorDataset of(
      ImageShape shape, DataSetIterator train, DataSetIterator validation, DataSetIterator test) {
    NativeBackend.enableOneDnn(); // It can only be chosen before the first array.
    if (train == validation || train == test) {
      throw new IllegalArgumentException(
          "the training iterator must be another than those for validation and test, which are"
              + " reset during the training");
    }
    requireReset("training", train);
    requireReset("validation", validation);
    requireReset("test", test);
    return new IteratorDataset(shape, train, validation, test);
  }

  private static void requireReset(String name, DataSetIterator iterator) {
    if (iterator == null) {
      throw new IllegalArgumentException("the " + name + " iterator must be given, got null");
    }
    if (!iterator.resetSupported()) {
      throw new IllegalArgumentException(
          "the " + name + " iterator cannot be reset, so that it can be read only once");
    }
  }

  private FloatImages firstBatch(DataSetIterator iterator) {
    iterator.reset();
    return read(iterator);
  }

  private FloatImages read(DataSetIterator iterator) {
    if (!iterator.hasNext()) {
      throw new IllegalArgumentException(
          "the iterator has no batch: " + iterator.getClass().getSimpleName());
    }
    return FloatImages.of(iterator.next(), shape);
  }

  /** Of all values and labels. */
  private static String checksum(FloatImages images) {
    MessageDigest digest = DigestUtils.getSha256Digest();
    ByteBuffer each = ByteBuffer.allocate(Float.BYTES * images.shape().size() + Integer.BYTES);
    var values = images.pixels();
    for (int i = 0; i < images.size(); i++) {
      each.clear();
      each.putInt(images.label(i));
      for (int k = 0; k < images.shape().size(); k++) {
        each.putFloat(values.get());
      }
      digest.update(each.array());
    }
    return Hex.encodeHexString(digest.digest());
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public int classes() {
    return classes;
  }

  /** By its checksum it is what the first training batch is. */
  @Override
  public ImageDataset.Origin origin() {
    return origin;
  }

  /** Whether the training iterator has begun with the same batch again when it was reset. */
  @Override
  public boolean isRepeatable() {
    return repeatable;
  }

  /**
   * The training iterator's own batches; it is reset first.
   *
   * @param seed has no effect: the order is the iterator's
   * @throws IllegalArgumentException if the iterator says that its batches have another size
   */
  @Override
  public BatchSource batches(int batchSize, long seed) {
    int given = train.batch();
    if (given > 0 && given != batchSize) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the training iterator gives batches of %d, the plan says %d: give both the same",
              given,
              batchSize));
    }
    train.reset();
    return new Batches(batchSize);
  }

  /** The training iterator, epoch after epoch. */
  private final class Batches implements BatchSource {
    private final int smallest;

    Batches(int batchSize) {
      this.smallest = Math.min(2, batchSize);
    }

    @Override
    public ImageBatch next() {
      for (int end = 0; end < 2; end++) {
        while (train.hasNext()) {
          FloatImages batch = read(train);
          if (batch.size() >= smallest) {
            return batch;
          }
        }
        train.reset();
      }
      throw new IllegalArgumentException(
          "the training iterator has no batch of at least " + smallest + " images");
    }

    @Override
    public void skip(int batches) {
      for (int i = 0; i < batches; i++) {
        next();
      }
    }
  }

  @Override
  public ImageSource validation() {
    return new Source(validation);
  }

  @Override
  public ImageSource test() {
    return new Source(test);
  }

  /** All batches of an iterator, from its start. */
  private final class Source implements ImageSource {
    private final DataSetIterator batches;

    Source(DataSetIterator batches) {
      this.batches = batches;
    }

    @Override
    public ImageShape shape() {
      return shape;
    }

    @Override
    public Stream<FloatImages> inBatches(int atMost) {
      batches.reset();
      return StreamSupport.stream(
          Spliterators.spliteratorUnknownSize(new Slices(batches, atMost), Spliterator.ORDERED),
          false);
    }

    @Override
    public ImageBatch first(int count) {
      FloatImages found = firstBatch(batches).copy();
      while (found.size() < count && batches.hasNext()) {
        found = found.and(read(batches));
      }
      return found.slice(0, Math.min(count, found.size()));
    }
  }

  /** The batches of an iterator, those that are too large in parts. */
  private final class Slices implements Iterator<FloatImages> {
    private final DataSetIterator batches;
    private final int atMost;
    private FloatImages batch;
    private int position;

    Slices(DataSetIterator batches, int atMost) {
      this.batches = batches;
      this.atMost = atMost;
      this.batch = read(batches);
    }

    @Override
    public boolean hasNext() {
      return position < batch.size() || batches.hasNext();
    }

    @Override
    public FloatImages next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      if (position == batch.size()) {
        batch = read(batches);
        position = 0;
      }
      int from = position;
      position = Math.min(batch.size(), from + atMost);
      return batch.slice(from, position);
    }
  }
}
