package io.bnzoo.spec;

/** How the low-level layer writes {@code gamma * (x - m) / sqrt(v + epsilon) + beta} down. */
public enum Arithmetic {
  /** As one operation, like {@code tf.nn.batch_normalization}. */
  ONE_OPERATION,
  /** As five: subtract, divide by the root, multiply, add. */
  SPELT_OUT
}
