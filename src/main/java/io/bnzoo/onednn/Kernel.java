package io.bnzoo.onednn;

/** A computation on memory that was fixed when the kernel was made. */
@FunctionalInterface
public interface Kernel {
  /**
   * Computes once and waits until it is done; the calling thread gives the number of threads.
   *
   * @throws IllegalStateException if oneDNN fails, with the name of its status
   */
  void run();
}
