package io.bnzoo.bench;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Kernel;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.NativeScope;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Primitives;
import io.bnzoo.onednn.TensorPool;
import java.util.Map;
import java.util.Optional;

/** A product of two square matrices: what a processor is best at. */
final class MatrixProduct implements AutoCloseable {
  /** Large enough to keep all cores busy, small enough for their caches. */
  private static final long SIZE = 768;

  private static final int REPETITIONS = 50;

  private final int threads;
  private final TensorPool pool = new TensorPool();
  private final Kernel kernel;

  MatrixProduct(int threads) {
    this.threads = threads;
    NativeBackend.useThreads(threads);
    try (NativeScope made = new NativeScope()) {
      Layout matrix = Layout.rowByRow(SIZE, SIZE);
      Primitive product =
          pool.own(
              Primitives.dense(
                  Mode.INFERENCE,
                  matrix,
                  Layout.any(SIZE, SIZE),
                  Optional.empty(),
                  matrix,
                  Optional.empty()));
      this.kernel =
          pool.kernel(
              product,
              Map.of(
                  Argument.SOURCE, pool.tensor(matrix),
                  Argument.WEIGHTS, pool.tensor(product.weights()),
                  Argument.DESTINATION, pool.tensor(matrix)));
      pool.seal();
    }
  }

  /** The most floating-point operations that any of some products got done in a millisecond. */
  double peak() {
    NativeBackend.useThreads(threads);
    long fastest = Long.MAX_VALUE;
    for (int i = 0; i < REPETITIONS; i++) {
      long start = System.nanoTime();
      kernel.run();
      fastest = Math.min(fastest, System.nanoTime() - start);
    }
    return 2.0 * SIZE * SIZE * SIZE / fastest * 1e6;
  }

  @Override
  public void close() {
    pool.close();
  }
}
