package io.bnzoo.engine;

/** What batch normalization normalizes by in a prediction. */
public enum Statistics {
  /** The running mean and variance: how a network is meant to be used. */
  RUNNING,
  /** Those of the batch itself; nothing is updated. A single image then normalizes to beta. */
  BATCH
}
