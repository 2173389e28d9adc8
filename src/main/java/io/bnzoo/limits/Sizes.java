package io.bnzoo.limits;

/** How well the sizes of a network's input are known in a walk through its shapes. */
enum Sizes {
  /** Not even how many values or channels there are, as where a graph joins its inputs. */
  UNKNOWN,
  /** Those of images might be others, so that one that is flattened may not fit what follows. */
  GUESSED,
  /** The file says them; how many examples come at once, it does not. */
  FROM_FILE,
  /** They are those of one example that is about to be predicted. */
  GIVEN;

  /** Whether what does not fit may be the fault of the guess. */
  boolean guessed() {
    return this == UNKNOWN || this == GUESSED;
  }
}
