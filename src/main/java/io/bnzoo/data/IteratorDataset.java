package io.bnzoo.data;

import io.bnzoo.backend.NativeBackend;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
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
 * is passed over where others are larger. Nothing else may use the iterators meanwhile, and none
 * may read from the source of another, as those of a DataSetIteratorSplitter do.
 */
public final class IteratorDataset implements TrainingData {
  private final Part train;
  private final Part validation;
  private final Part test;
  private final int classes;
  private final int batchSize;
  private final boolean repeatable;
  private Optional<ImageDataset.Origin> origin = Optional.empty();

  private IteratorDataset(Part train, Part validation, Part test) {
    this.train = train;
    this.validation = validation;
    this.test = test;
    FloatImages first = train.first();
    this.classes = first.classes();
    this.batchSize = first.size();
    List<String> beginning = beginning(() -> {});
    this.repeatable = beginning(() -> {}).equals(beginning);
    boolean disturbed =
        !beginning(() -> List.of(validation, test).forEach(this::requireSameClasses))
            .equals(beginning);
    if (repeatable && disturbed) {
      throw new IllegalArgumentException(
          "reading the validation or test iterator moves the training iterator: they need sources"
              + " of their own");
    }
  }

  /**
   * The images of three iterators; see {@link FloatImages#of} for what their batches may be. Their
   * first batches are read to see whether they fit.
   *
   * @param shape of every image
   * @param validation may be the same object as {@code test}
   * @throws IllegalArgumentException naming the iterator, if one is missing, cannot be reset or has
   *     no batch, if its images have another shape, if its labels are not one-hot or are of other
   *     classes than the training's; or if reading another moves the training iterator
   */
  public static IteratorDataset of(
      ImageShape shape, DataSetIterator train, DataSetIterator validation, DataSetIterator test) {
    NativeBackend.enableOneDnn(); // It can only be chosen before the first array.
    return new IteratorDataset(
        Part.of("training", train, shape),
        Part.of("validation", validation, shape),
        Part.of("test", test, shape));
  }

  /**
   * Checksums of the first three training batches, before the last of which something else is done.
   */
  private List<String> beginning(Runnable between) {
    List<String> checksums = new ArrayList<>(List.of(checksum(train.first())));
    train.nextIfAny().map(IteratorDataset::checksum).ifPresent(checksums::add);
    between.run();
    train.nextIfAny().map(IteratorDataset::checksum).ifPresent(checksums::add);
    return checksums;
  }

  private void requireSameClasses(Part other) {
    int found = other.first().classes();
    if (found != classes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the training iterator's images have %d classes, the %s iterator's %d",
              classes,
              other.name(),
              found));
    }
  }

  private static String checksum(FloatImages images) {
    MessageDigest digest = DigestUtils.getSha256Digest();
    addTo(digest, images);
    return Hex.encodeHexString(digest.digest());
  }

  /** All values and labels. */
  private static void addTo(MessageDigest digest, FloatImages images) {
    int values = images.shape().size();
    ByteBuffer each = ByteBuffer.allocate(Integer.BYTES + Float.BYTES * values);
    try {
      FloatBuffer pixels = images.pixels();
      for (int i = 0; i < images.size(); i++) {
        each.clear().putInt(images.label(i));
        for (int k = 0; k < values; k++) {
          each.putFloat(pixels.get());
        }
        digest.update(each.array());
      }
    } finally {
      Reference.reachabilityFence(images); // It owns the memory.
    }
  }

  @Override
  public ImageShape shape() {
    return train.shape();
  }

  @Override
  public int classes() {
    return classes;
  }

  /** How many images the first training batch has. */
  public int batchSize() {
    return batchSize;
  }

  /**
   * What the images are, by a checksum over all batches of the three iterators, each of which is
   * read once for it when this is first asked for.
   */
  @Override
  public ImageDataset.Origin origin() {
    if (origin.isEmpty()) {
      MessageDigest digest = DigestUtils.getSha256Digest();
      for (Part part : List.of(train, validation, test)) {
        part.batches().forEachRemaining(batch -> addTo(digest, batch));
      }
      String description =
          String.format(
              Locale.ROOT,
              "a %s of images of %s, %d classes",
              train.iterator().getClass().getSimpleName(),
              shape().description(),
              classes);
      origin =
          Optional.of(
              new ImageDataset.Origin(
                  ImageDataset.Kind.OTHER, description, Hex.encodeHexString(digest.digest())));
    }
    return origin.get();
  }

  /** Whether the training iterator has begun with the same batches again when it was reset. */
  @Override
  public boolean isRepeatable() {
    return repeatable;
  }

  /**
   * The training iterator's own batches; it is reset first.
   *
   * @param seed has no effect: the order is the iterator's
   * @throws IllegalArgumentException if its first batch has another size
   */
  @Override
  public BatchSource batches(int batchSize, long seed) {
    if (batchSize != this.batchSize) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the training iterator gives batches of %d, the plan says %d: give both the same",
              this.batchSize,
              batchSize));
    }
    return new Epochs();
  }

  /** The training batches, epoch after epoch. */
  private final class Epochs implements BatchSource {
    private Iterator<FloatImages> epoch = train.batches();

    @Override
    public ImageBatch next() {
      for (int end = 0; end < 2; end++) {
        while (epoch.hasNext()) {
          FloatImages batch = epoch.next();
          if (batch.size() >= Math.min(2, batchSize)) {
            return batch;
          }
        }
        epoch = train.batches();
      }
      throw new IllegalStateException("the training iterator has no batch any more");
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
    return validation;
  }

  @Override
  public ImageSource test() {
    return test;
  }

  /**
   * An iterator.
   *
   * @param name what it is for
   */
  private record Part(String name, DataSetIterator iterator, ImageShape shape)
      implements ImageSource {

    static Part of(String name, DataSetIterator iterator, ImageShape shape) {
      if (iterator == null) {
        throw new IllegalArgumentException("the " + name + " iterator must be given, got null");
      }
      if (!iterator.resetSupported()) {
        throw new IllegalArgumentException(
            "the " + name + " iterator cannot be reset, so that it can be read only once");
      }
      return new Part(name, iterator, shape);
    }

    /** The first batch; those behind it are next. */
    FloatImages first() {
      return batches().next();
    }

    FloatImages next() {
      try {
        return FloatImages.of(iterator.next(), shape);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("the " + name + " iterator: " + e.getMessage(), e);
      }
    }

    Optional<FloatImages> nextIfAny() {
      return iterator.hasNext() ? Optional.of(next()) : Optional.empty();
    }

    /** All batches, at least one. */
    Iterator<FloatImages> batches() {
      iterator.reset();
      if (!iterator.hasNext()) {
        throw new IllegalArgumentException("the " + name + " iterator has no batch");
      }
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return iterator.hasNext();
        }

        @Override
        public FloatImages next() {
          return Part.this.next();
        }
      };
    }

    @Override
    public Stream<FloatImages> inBatches(int atMost) {
      return StreamSupport.stream(
          Spliterators.spliteratorUnknownSize(new Slices(batches(), atMost), Spliterator.ORDERED),
          false);
    }

    @Override
    public ImageBatch first(int count) {
      Iterator<FloatImages> batches = batches();
      FloatImages found = batches.next().copy();
      while (found.size() < count && batches.hasNext()) {
        found = found.and(batches.next());
      }
      return found.slice(0, Math.min(count, found.size()));
    }
  }

  /** Batches, those that are too large in parts. */
  private static final class Slices implements Iterator<FloatImages> {
    private final Iterator<FloatImages> batches;
    private final int atMost;
    private FloatImages batch;
    private int position;

    Slices(Iterator<FloatImages> batches, int atMost) {
      this.batches = batches;
      this.atMost = atMost;
      this.batch = batches.next();
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
        batch = batches.next();
        position = 0;
      }
      int from = position;
      position = Math.min(batch.size(), from + atMost);
      return batch.slice(from, position);
    }
  }
}
