package io.bnzoo.layer;

/** How the low-level layer writes {@code gamma * (x - m) / sqrt(v + epsilon) + beta} down. */
public enum Arithmetic {
  /** As one operation, like {@code tf.nn.batch_normalization}. */
  ONE_OPERATION,
  /** In full: subtract the mean, divide by the deviation, multiply by gamma, add beta. */
  SPELT_OUT
}
