package io.bnzoo.compiler;

import io.bnzoo.compiler.Operation.PoolingOp;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Tensor;

/**
 * The L2 norm r of what a window covers, {@code sqrt(area * mean of squares)}. Backward, each value
 * x of it gets {@code x / r} of the gradient, and none where r is 0.
 */
final class NormPoolingKernels implements OperationKernels {
  private final PoolingKernels mean;
  private final double area;
  private final PoolingOp operation;
  private final Workbench bench;
  private Tensor source;
  private Tensor result;

  NormPoolingKernels(PoolingOp operation, Workbench bench) {
    this.mean = new PoolingKernels(operation, bench);
    this.area = (double) operation.kernel().vertical() * operation.kernel().horizontal();
    this.operation = operation;
    this.bench = bench;
  }

  @Override
  public Tensor forward(Tensor given) {
    source = bench.arranged(given, operation.input().channelsLast(given.layout().size(0)));
    Tensor squares = bench.product(source, source);
    result = mean.forward(squares);
    bench.recycle(squares);
    Floats values = result.values();
    bench.add(
        () -> {
          float[] means = new float[values.length()];
          values.read(means);
          for (int i = 0; i < means.length; i++) {
            means[i] = (float) Math.sqrt(area * means[i]);
          }
          values.write(means);
        });
    return result;
  }

  @Override
  public Tensor backward(Tensor given, boolean sourceNeeded) {
    Tensor gradient = bench.rearranged(given, result.layout());
    Floats changed = gradient.values();
    Floats norms = result.values();
    bench.add(
        () -> {
          float[] each = new float[changed.length()];
          float[] norm = new float[each.length];
          changed.read(each);
          norms.read(norm);
          for (int i = 0; i < each.length; i++) {
            each[i] = norm[i] == 0 ? 0 : (float) (area * each[i] / norm[i]);
          }
          changed.write(each);
        });
    Tensor shares = mean.backward(gradient, true); // The mean has given each value 1 / area.
    Tensor found = bench.product(shares, source);
    bench.recycle(shares);
    return found;
  }
}
