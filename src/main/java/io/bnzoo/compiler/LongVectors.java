package io.bnzoo.compiler;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.onednn.Floats;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Work on parts of long vectors, which a processor's cores do faster together because each has its
 * own way to the memory. BLAS itself computes such operations on one thread.
 */
final class LongVectors {
  /** How many floats are worth it to wake another thread. */
  private static final long LONG = 1 << 20;

  /**
   * How many floats are worked on at once: what one pass over them has written is still in the
   * processor's cache when the next one reads it.
   */
  static final long PIECE = 1 << 17;

  private LongVectors() {}

  /** A vector's pieces, in order. */
  static List<Floats> pieces(Floats vector) {
    List<Floats> pieces = new ArrayList<>();
    for (long from = 0; from < vector.length(); from += PIECE) {
      pieces.add(vector.part(from, Math.min(PIECE, vector.length() - from)));
    }
    return pieces;
  }

  /**
   * Does what does not depend on each other, in any order.
   *
   * @param floats how many floats all of it is about
   * @param work which of it to do
   */
  static void each(int count, long floats, IntConsumer work) {
    int threads = floats < LONG ? 1 : Math.max(1, NativeBackend.threadsHere());
    if (threads == 1) {
      for (int i = 0; i < count; i++) {
        work.accept(i);
      }
      return;
    }
    IntStream.range(0, threads)
        .parallel()
        .forEach(
            thread -> {
              for (int i = thread; i < count; i += threads) {
                work.accept(i);
              }
            });
  }
}
