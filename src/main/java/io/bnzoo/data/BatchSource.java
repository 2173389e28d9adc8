package io.bnzoo.data;

/** An endless source of batches to train on. */
public interface BatchSource {

  /** The next batch. */
  ImageBatch next();

  /** Moves on as if so many batches had been taken. */
  void skip(int batches);
}
