package io.bnzoo.data;

/** Is called with how far a long task has come. */
@FunctionalInterface
public interface ProgressListener {

  /** Ignores everything. */
  ProgressListener NONE = (task, done, total) -> {};

  /**
   * Called now and then, and a last time with {@code done == total}.
   *
   * @param task what is being done, a few words, the same for one task
   * @param done units finished so far
   * @param total units in all, or -1 where it is not known
   */
  void advanced(String task, long done, long total);
}
