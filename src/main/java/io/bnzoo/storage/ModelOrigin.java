package io.bnzoo.storage;

import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.TrainingPlan;
import java.util.Optional;

/**
 * Where a saved model comes from.
 *
 * @param specification of the network
 * @param dataSha256 of the digits that it was trained on
 * @param batches how many steps it has been trained for
 * @param plan by which it was trained; absent where something beside the model has it
 */
public record ModelOrigin(
    NetworkSpec specification, String dataSha256, int batches, Optional<TrainingPlan> plan) {

  /** Of a model with its training plan beside it. */
  public ModelOrigin(NetworkSpec specification, String dataSha256, int batches) {
    this(specification, dataSha256, batches, Optional.empty());
  }
}
