package io.bnzoo.compiler;

import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Tensor;
import java.util.HashMap;
import java.util.Map;

/**
 * A value of a recurrent layer, [1,F,1,N] for each step: of all steps one behind the other, or of
 * the last few, where nobody needs those before.
 */
final class StepTensors {
  private final Workbench bench;
  private final Tensor all;
  private final Layout step;
  private final Tensor[] steps;
  private final Map<Long, Layout> vectors = new HashMap<>();
  private final long features;
  private final long sequences;

  /**
   * Makes room.
   *
   * @param kept how many steps there is room for
   * @param features a whole number of blocks
   */
  StepTensors(Workbench bench, int kept, long features, long sequences) {
    this(bench, bench.tensor(Layout.blocked(kept, features, 1, sequences)), features);
  }

  /**
   * Those that are there already.
   *
   * @param all [T,F,1,N] in blocks
   * @param features their number with those that pad the last block
   */
  StepTensors(Workbench bench, Tensor all, long features) {
    this.bench = bench;
    this.all = all;
    this.features = features;
    this.sequences = all.layout().size(3);
    this.step = Layout.blocked(1, features, 1, sequences);
    this.steps = new Tensor[Math.toIntExact(all.layout().size(0))];
  }

  /** The layout of a step's value. */
  Layout step() {
    return step;
  }

  /** A step's value. */
  Tensor at(int number) {
    int slot = number % steps.length;
    if (steps[slot] == null) {
      steps[slot] =
          bench.tensor(step, all.floats().part(slot * features * sequences, features * sequences));
    }
    return steps[slot];
  }

  /** Some of a step's features, whole blocks, as a vector. */
  Tensor part(int number, long first, long count) {
    long length = count * sequences;
    Layout vector = vectors.computeIfAbsent(length, Layout::rowByRow);
    return bench.tensor(vector, at(number).floats().part(first * sequences, length));
  }

  /** The values of neighbouring steps, [count,features,1,N], of which fewer features may count. */
  Tensor range(int first, int count, long counting) {
    Layout layout = Layout.blocked(count, counting, 1, sequences);
    return bench.tensor(
        layout, all.floats().part(first * features * sequences, count * features * sequences));
  }

  /** Nothing here is needed by later kernels. */
  void recycle() {
    bench.recycle(all);
  }
}
