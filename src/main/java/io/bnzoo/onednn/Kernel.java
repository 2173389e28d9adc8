package io.bnzoo.onednn;

/** A computation on memory that was fixed when the kernel was made. */
@FunctionalInterface
public interface Kernel {
  void run();
}
