package io.bnzoo.zoo;

/**
 * How long to train, on how large batches, and how often to look.
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

  public TrainingPlan {
    atLeastOne("batches", batches);
    atLeastOne("batchSize", batchSize);
    atLeastOne("validationEvery", validationEvery);
    atLeastOne("trainingEvery", trainingEvery);
    atLeastOne("singleImages", singleImages);
  }

  public TrainingPlan withBatches(int count) {
    return new TrainingPlan(
        count, batchSize, validationEvery, trainingEvery, singleImages, dataSeed);
  }

  public TrainingPlan withBatchSize(int size) {
    return new TrainingPlan(batches, size, validationEvery, trainingEvery, singleImages, dataSeed);
  }

  public TrainingPlan withDataSeed(long seed) {
    return new TrainingPlan(batches, batchSize, validationEvery, trainingEvery, singleImages, seed);
  }

  private static void atLeastOne(String name, int value) {
    Check.argument(value >= 1, "%s must be at least 1, got %s", name, value);
  }
}
