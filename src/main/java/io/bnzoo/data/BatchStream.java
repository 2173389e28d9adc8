package io.bnzoo.data;

import java.util.Locale;
import java.util.Random;

/**
 * An endless stream of batches, as TensorFlow's tutorial reader gives them.
 *
 * <p>Each epoch is a fresh shuffle of all images. A batch that straddles two epochs takes the rest
 * of the old one and the start of the new one, so no image is left out and every batch is full. The
 * same seed gives the same batches.
 */
public final class BatchStream implements BatchSource {
  private final LabeledImages images;
  private final int batchSize;
  private final Random random;
  private final int[] order;
  private int position;

  /**
   * A stream at its start.
   *
   * @throws IllegalArgumentException unless 1 &lt;= batchSize &lt;= images.size()
   */
  public BatchStream(LabeledImages images, int batchSize, long seed) {
    if (batchSize < 1 || batchSize > images.size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "batchSize must be in [1, %d], got %d", images.size(), batchSize));
    }
    this.images = images;
    this.batchSize = batchSize;
    this.random = new Random(seed);
    this.order = new int[images.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    shuffle();
  }

  /** The next batch of exactly {@code batchSize} images. */
  @Override
  public LabeledImages next() {
    return images.select(nextIndices());
  }

  @Override
  public void skip(int batches) {
    for (int i = 0; i < batches; i++) {
      nextIndices();
    }
  }

  /** The positions of the next batch's images; moves the stream as {@link #next} does. */
  int[] nextIndices() {
    int[] batch = new int[batchSize];
    for (int i = 0; i < batchSize; i++) {
      if (position == order.length) {
        shuffle();
      }
      batch[i] = order[position++];
    }
    return batch;
  }

  private void shuffle() {
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[other];
      order[other] = swapped;
    }
    position = 0;
  }
}
