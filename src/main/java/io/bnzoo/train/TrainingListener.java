package io.bnzoo.train;

/** Is called with how a training goes. */
public interface TrainingListener {

  /** Ignores everything. */
  TrainingListener NONE = new TrainingListener() {};

  /** Before the first step, of a training that is resumed before the first of those left. */
  default void started() {}

  /** After each step; {@code done} counts from 1. */
  default void stepped(int done, int total) {}

  /** After each measurement. */
  default void measured(Sample sample) {}

  /** After the last step, before the final figures are measured; not if it was stopped. */
  default void evaluating() {}

  /** Whatever the outcome, when the training is over. */
  default void ended() {}
}
