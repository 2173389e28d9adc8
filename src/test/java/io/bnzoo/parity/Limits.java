package io.bnzoo.parity;

import io.bnzoo.parity.Distances.Quantity;
import java.util.EnumMap;
import java.util.Map;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * How far from double precision a right implementation in single precision may be, by median.
 *
 * <p>Seen in runs recorded for this with TensorFlow 2.21: 38 seeds of each deep CNN with batch
 * norm, 15 of the plain one and 13 of each MLP. Every limit is above what TensorFlow and both
 * engines of ours had in each of them alone, so that one run is enough to compare.
 */
enum Limits {
  /** Rounding, and no more of it than in a few sums. */
  MLP(Map.of()),

  /** At learning rate 1 the steps amplify rounding. */
  MLP_AT_HIGH_RATE(
      Map.of(
          Quantity.LATER_LOSSES, 5e-4,
          Quantity.LAST_VARIANCES, 5e-4,
          Quantity.LAST_LOGITS, 2e-2)),

  /** In every other run one value or so is on the other side of a ReLU. */
  PLAIN_CNN(
      Map.of(
          Quantity.GRADIENTS, 1e-2,
          Quantity.FIRST_UPDATE, 2e-5,
          Quantity.LATER_LOSSES, 2e-5,
          Quantity.LAST_LOGITS, 1e-2)),

  /** Twenty normalizations amplify rounding, and dozens of values are on the other side. */
  NORMALIZED_CNN(
      Map.ofEntries(
          Map.entry(Quantity.FIRST_LOSS, 3e-4),
          Map.entry(Quantity.SECOND_LOSS, 2e-4),
          Map.entry(Quantity.FIRST_MEANS, 1e-4),
          Map.entry(Quantity.FIRST_VARIANCES, 3e-7),
          Map.entry(Quantity.OUTPUT_GRADIENTS, 2e-3),
          Map.entry(Quantity.GRADIENTS, 0.25),
          Map.entry(Quantity.GRADIENTS_GIVEN_GATES, 1e-2),
          Map.entry(Quantity.FIRST_UPDATE, 1e-5),
          Map.entry(Quantity.LATER_LOSSES, 5e-2),
          Map.entry(Quantity.LAST_VARIANCES, 1e-2),
          Map.entry(Quantity.LAST_LOGITS, 0.25)));

  /** Some forty times the rounding of a float. */
  private static final double SINGLE_PRECISION = 5e-6;

  private static final double HIGH_RATE = 0.1;

  @SuppressWarnings("ImmutableEnumChecker") // Never written to.
  private final Map<Quantity, Double> limits;

  Limits(Map<Quantity, Double> limits) {
    this.limits = new EnumMap<>(Quantity.class);
    this.limits.putAll(limits);
  }

  static Limits of(RunDescription run) {
    if (run.convolutional()) {
      return run.normalized() ? NORMALIZED_CNN : PLAIN_CNN;
    }
    return run.updater() instanceof Sgd sgd && sgd.getLearningRate() >= HIGH_RATE
        ? MLP_AT_HIGH_RATE
        : MLP;
  }

  double of(Quantity quantity) {
    return limits.getOrDefault(quantity, SINGLE_PRECISION);
  }
}
