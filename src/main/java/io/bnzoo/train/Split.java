package io.bnzoo.train;

/** Which images a figure of a learning curve was measured on. */
public enum Split {
  /** The 5,000 validation images. */
  VALIDATION,
  /** The batch that was just trained on. */
  TRAINING
}
