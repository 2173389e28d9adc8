package io.bnzoo.experiment;

import io.bnzoo.zoo.TrainingPlan;

/**
 * The share of an experiment's batches that is trained, or how many times as many.
 *
 * @param share in (0, 100]; 1 is full length
 */
public record Scale(double share) {
  public static final Scale FULL = new Scale(1);

  /** A shortened training is measured this much more seldom than the full one, but not less. */
  private static final int THINNING = 5;

  private static final int FEWEST_MEASUREMENTS = 4;
  private static final double MOST = 100;

  public Scale {
    if (!(share > 0 && share <= MOST)) {
      throw new IllegalArgumentException("scale must be in (0, 100], got " + share);
    }
  }

  public boolean isFull() {
    return share == 1;
  }

  /** The plan with its batches scaled, at least 1, and as many measurements as make sense. */
  public TrainingPlan apply(TrainingPlan plan) {
    int batches = (int) Math.max(1, Math.round(plan.batches() * share));
    int measurements =
        Math.max(FEWEST_MEASUREMENTS, plan.batches() / plan.validationEvery() / THINNING);
    int every = Math.min(plan.validationEvery(), Math.max(1, batches / measurements));
    return TrainingPlan.builder()
        .batches(batches)
        .batchSize(plan.batchSize())
        .validationEvery(every)
        .trainingEvery(batches)
        .singleImages(plan.singleImages())
        .dataSeed(plan.dataSeed())
        .build();
  }
}
