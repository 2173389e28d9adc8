package io.bnzoo.compiler;

/** What a program is for. */
public enum Mode {
  /** Forward by the batch's statistics, and backward. */
  TRAINING,
  /** Forward by the running statistics. */
  BY_POPULATION,
  /** Forward by the batch's statistics, which are not kept. */
  BY_BATCH
}
