package io.bnzoo.train;

/** Hears how a training goes. */
public interface TrainingListener {

  /** Hears nothing. */
  TrainingListener NONE = new TrainingListener() {};

  /** After each step; {@code done} counts from 1. */
  default void stepped(int done, int total) {}

  /** After each measurement. */
  default void measured(Sample sample) {}

  /** Whatever the outcome, when the training is over. */
  default void ended() {}
}
