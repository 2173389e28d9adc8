package io.bnzoo.onednn;

/** One thing to do with memory that was chosen when the kernel was made. */
@FunctionalInterface
public interface Kernel {
  void run();
}
