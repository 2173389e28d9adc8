package io.bnzoo.onednn;

import org.bytedeco.javacpp.PointerScope;

/**
 * Frees, when it is closed, what this package has meanwhile needed outside the heap for a moment
 * only; otherwise that would stay until a garbage collection. Of one thread.
 */
public final class Temporaries implements AutoCloseable {
  @SuppressWarnings(
      "unchecked") // The constructor takes classes to look at; none, and it takes all.
  private final PointerScope scope = new PointerScope();

  @Override
  public void close() {
    scope.close();
  }
}
