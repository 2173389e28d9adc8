package io.bnzoo.data;

/**
 * What a network can be trained on and measured with: an {@link ImageDataset}, which is kept in
 * memory, or an {@link IteratorDataset} of Deeplearning4j's iterators.
 */
public sealed interface TrainingData permits ImageDataset, IteratorDataset {

  /** The shape of every image. */
  ImageShape shape();

  /** How many classes there are to tell apart. */
  int classes();

  /** What the images are, as results quote it. */
  ImageDataset.Origin origin();

  /**
   * Batches to train on, from the first one.
   *
   * @param seed of their order, where it is not given
   * @throws IllegalArgumentException if there are no batches of that size
   */
  BatchSource batches(int batchSize, long seed);

  /** Images to look at during a training. */
  ImageSource validation();

  /** Images to judge it by in the end. */
  ImageSource test();

  /**
   * Whether the same batches come again in the same order, without which a training can neither be
   * resumed nor compared with another.
   */
  boolean isRepeatable();
}
