package io.bnzoo.onednn;

import org.bytedeco.javacpp.PointerScope;

/**
 * Frees the short-lived native objects that this thread has allocated since the scope was opened;
 * otherwise they would stay until a garbage collection.
 */
public final class NativeScope implements AutoCloseable {
  @SuppressWarnings("unchecked") // Without classes, the constructor tracks all.
  private final PointerScope scope = new PointerScope();

  @Override
  public void close() {
    scope.close();
  }
}
