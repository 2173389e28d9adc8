package io.bnzoo.compiler;

import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Tensor;
import java.util.Arrays;

/** Images shown piece by piece, [N,values] to [N,F,1,T], step after step in memory. */
final class SequenceKernels implements OperationKernels {
  private final Workbench bench;
  private final int[] order;
  private final int steps;
  private Layout images;
  private Layout sequences;

  SequenceKernels(Operation.SequenceOp operation, Workbench bench) {
    this.bench = bench;
    this.order = operation.order().stream().mapToInt(Integer::intValue).toArray();
    this.steps = operation.steps();
  }

  @Override
  public Tensor forward(Tensor given) {
    images = Layout.rowByRow(given.layout().size());
    long count = images.size(0);
    long features = order.length / steps;
    sequences = Layout.rowByRow(steps, features, 1, count).permuted(3, 1, 2, 0);
    Tensor source = bench.arranged(given, images);
    Tensor result = bench.tensor(sequences);
    int n = Math.toIntExact(count);
    Floats from = source.values();
    Floats to = result.values();
    float[] values = new float[from.length()];
    float[] shown = new float[to.length()];
    bench.add(
        () -> {
          from.read(values);
          for (int i = 0; i < order.length; i++) {
            for (int image = 0; image < n; image++) {
              shown[i * n + image] = values[image * order.length + order[i]];
            }
          }
          to.write(shown);
        });
    if (source != given) {
      bench.recycle(source);
    }
    return result;
  }

  /** Where a value is shown several times, the sum of their gradients. */
  @Override
  public Tensor backward(Tensor given, boolean sourceNeeded) {
    if (!sourceNeeded) {
      return given;
    }
    Tensor gradient = bench.rearranged(given, sequences);
    Tensor found = bench.tensor(images);
    int n = Math.toIntExact(images.size(0));
    Floats from = gradient.values();
    Floats to = found.values();
    float[] shown = new float[from.length()];
    float[] values = new float[to.length()];
    bench.add(
        () -> {
          from.read(shown);
          Arrays.fill(values, 0);
          for (int i = 0; i < order.length; i++) {
            for (int image = 0; image < n; image++) {
              values[image * order.length + order[i]] += shown[i * n + image];
            }
          }
          to.write(values);
        });
    bench.recycle(gradient);
    return found;
  }
}
