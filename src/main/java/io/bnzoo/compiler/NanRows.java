package io.bnzoo.compiler;

import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Tensor;
import java.util.Arrays;

/**
 * Finds the images of a batch that have a NaN in them at any depth.
 *
 * <p>oneDNN's activation functions do not propagate NaN: its ReLU maps it to 0. So this inspects
 * their input, which has to be the result of an operation, see {@link NetworkGraph#unfused}.
 */
final class NanRows implements Inspection {
  private final int operations;
  private final boolean[] found;

  /**
   * For a program.
   *
   * @param operations how many it has; the result of the last is what it gives, NaN or not
   */
  NanRows(int operations, int images) {
    this.operations = operations;
    this.found = new boolean[images];
  }

  /** Before a run. */
  void clear() {
    Arrays.fill(found, false);
  }

  @Override
  public void follow(int index, Operation operation, Tensor result, Workbench bench) {
    if (index == operations - 1) {
      return;
    }
    long values = result.layout().floats() / found.length; // Images are outermost in all layouts.
    Floats[] rows = new Floats[found.length];
    Arrays.setAll(rows, image -> result.floats().part(image * values, values));
    bench.add(
        () -> {
          for (int image = 0; image < rows.length; image++) {
            found[image] |= Float.isNaN(rows[image].squares());
          }
        });
  }

  /** Sets the logits of those images to NaN, as they are where NaN propagates. */
  void mark(float[] logits) {
    int classes = logits.length / found.length;
    for (int image = 0; image < found.length; image++) {
      if (found[image]) {
        Arrays.fill(logits, image * classes, (image + 1) * classes, Float.NaN);
      }
    }
  }
}
