package io.bnzoo.zoo;

import io.bnzoo.layer.Arithmetic;
import io.bnzoo.layer.LowLevelBatchNormalization;

/**
 * What normalizes the values of a hidden layer; {@link Placement} says where.
 *
 * <p>The choice is a value, so that two networks which differ in it share everything else.
 */
public sealed interface Normalization {

  /** What the labels of its variants begin with, see {@link Variant#label}. */
  String label();

  /** No normalization: the linear layer has a bias and feeds the activation directly. */
  record None() implements Normalization {
    @Override
    public String label() {
      return "plain";
    }
  }

  /**
   * Batch normalization by Deeplearning4j's own layer.
   *
   * <p>In training {@code y = gamma * (x - m) / sqrt(v + epsilon) + beta} with the mean m and the
   * biased variance v of the batch, taken per feature of [N,F] and per channel of [N,C,H,W]. Each
   * step moves the running statistics: {@code p = decay * p + (1 - decay) * batch}. Inference puts
   * the running statistics in the place of m and v and changes nothing.
   *
   * <p>Source: S. Ioffe and C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by
   * Reducing Internal Covariate Shift", 2015.
   *
   * @param decay the share of the old running statistic that a step keeps, in [0, 1)
   * @param epsilon what is added to the variance before the root is taken, above 0
   */
  record BatchNorm(double decay, double epsilon) implements Normalization {
    public BatchNorm {
      checkBatchNorm(decay, epsilon);
    }

    @Override
    public String label() {
      return "batch-norm";
    }
  }

  /**
   * The same by hand: a SameDiff layer that mirrors TensorFlow's tf.nn functions and can be read to
   * learn how batch normalization works.
   *
   * @param decay as in {@link BatchNorm}
   * @param epsilon as in {@link BatchNorm}
   * @param arithmetic how the formula is written down
   */
  record LowLevel(double decay, double epsilon, Arithmetic arithmetic) implements Normalization {
    public LowLevel {
      checkBatchNorm(decay, epsilon);
      Check.given("arithmetic", arithmetic);
    }

    @Override
    public String label() {
      return switch (arithmetic) {
        case ONE_OPERATION -> "low-level";
        case SPELT_OUT -> "spelt-out";
      };
    }
  }

  /** TensorFlow's decay (tf.layers.batch_normalization, {@code momentum}). */
  double TENSORFLOW_DECAY = LowLevelBatchNormalization.TENSORFLOW_DECAY;

  /** TensorFlow's epsilon (tf.layers.batch_normalization). Deeplearning4j's would be 1e-5. */
  double TENSORFLOW_EPSILON = LowLevelBatchNormalization.TENSORFLOW_EPSILON;

  static Normalization none() {
    return new None();
  }

  /** Batch normalization with TensorFlow's decay and epsilon. */
  static Normalization batchNorm() {
    return new BatchNorm(TENSORFLOW_DECAY, TENSORFLOW_EPSILON);
  }

  /** The low-level layer with TensorFlow's decay and epsilon, its formula as one operation. */
  static Normalization lowLevel() {
    return new LowLevel(TENSORFLOW_DECAY, TENSORFLOW_EPSILON, Arithmetic.ONE_OPERATION);
  }

  /** The same layer with its formula spelt out. */
  static Normalization speltOut() {
    return new LowLevel(TENSORFLOW_DECAY, TENSORFLOW_EPSILON, Arithmetic.SPELT_OUT);
  }

  private static void checkBatchNorm(double decay, double epsilon) {
    Check.argument(decay >= 0 && decay < 1, "decay must be in [0, 1), got %s", decay);
    Check.aboveZero("epsilon", epsilon);
  }
}
