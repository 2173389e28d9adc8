package io.bnzoo.zoo;

/**
 * How long to train, on how large batches, and how often to look: {@code
 * TrainingPlan.builder().batches(800).batchSize(64).build()}.
 *
 * @param batches how many steps, at least 1
 * @param batchSize images in a step, at least 1; batch normalization needs 2
 * @param validationEvery steps between two measurements on the validation set, at least 1
 * @param trainingEvery steps between two measurements on the batch just trained on, at least 1
 * @param singleImages how many test images are fed one at a time in the end, at least 1
 * @param dataSeed of the order in which the images come
 */
public record TrainingPlan(
    int batches,
    int batchSize,
    int validationEvery,
    int trainingEvery,
    int singleImages,
    long dataSeed) {

  /** Checks the numbers; {@link #builder} names them. */
  public TrainingPlan {
    atLeastOne("batches", batches);
    atLeastOne("batchSize", batchSize);
    atLeastOne("validationEvery", validationEvery);
    atLeastOne("trainingEvery", trainingEvery);
    atLeastOne("singleImages", singleImages);
  }

  /** A plan of which at least batches and batch size are to be said. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Makes a plan. By default validation is measured every 100 steps and training every 25, 100 test
   * images are fed one at a time, and the data's seed is 1.
   */
  public static final class Builder {
    private int batches;
    private int batchSize;
    private int validationEvery = 100;
    private int trainingEvery = 25;
    private int singleImages = 100;
    private long dataSeed = 1;

    private Builder() {}

    /** How many steps. */
    public Builder batches(int count) {
      batches = count;
      return this;
    }

    /** How many images in a step. */
    public Builder batchSize(int count) {
      batchSize = count;
      return this;
    }

    /** How many steps between two measurements on the validation set. */
    public Builder validationEvery(int steps) {
      validationEvery = steps;
      return this;
    }

    /** How many steps between two measurements on the batch just trained on. */
    public Builder trainingEvery(int steps) {
      trainingEvery = steps;
      return this;
    }

    /** How many test images are fed one at a time in the end. */
    public Builder singleImages(int count) {
      singleImages = count;
      return this;
    }

    /** The seed of the order in which the images come. */
    public Builder dataSeed(long seed) {
      dataSeed = seed;
      return this;
    }

    /**
     * The plan.
     *
     * @throws IllegalArgumentException naming what is below 1, or was not said
     */
    public TrainingPlan build() {
      return new TrainingPlan(
          batches, batchSize, validationEvery, trainingEvery, singleImages, dataSeed);
    }
  }

  /** The same with another number of steps. */
  public TrainingPlan withBatches(int count) {
    return new TrainingPlan(
        count, batchSize, validationEvery, trainingEvery, singleImages, dataSeed);
  }

  /** The same with another number of images in a step. */
  public TrainingPlan withBatchSize(int size) {
    return new TrainingPlan(batches, size, validationEvery, trainingEvery, singleImages, dataSeed);
  }

  /** The same with the images in another order. */
  public TrainingPlan withDataSeed(long seed) {
    return new TrainingPlan(batches, batchSize, validationEvery, trainingEvery, singleImages, seed);
  }

  private static void atLeastOne(String name, int value) {
    Check.argument(value >= 1, "%s must be at least 1, got %s", name, value);
  }
}
