package io.bnzoo.compiler;

import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Tensor;

/**
 * Divides each row x of [N,F] by its L2 norm r. Backward, a gradient g becomes {@code (g - x (g x)
 * / r^2) / r}. Few values pass through here, so that plain Java does.
 */
final class UnitNormKernels implements OperationKernels {
  private final double least;
  private final Workbench bench;
  private Tensor source;

  UnitNormKernels(double least, Workbench bench) {
    this.least = least;
    this.bench = bench;
  }

  @Override
  public Tensor forward(Tensor given) {
    source = bench.arranged(given, Layout.rowByRow(given.layout().size()));
    Tensor result = bench.tensor(source.layout());
    Floats from = source.values();
    Floats to = result.values();
    int rows = Math.toIntExact(source.layout().size(0));
    bench.add(
        () -> {
          float[] x = new float[from.length()];
          from.read(x);
          int length = x.length / rows;
          for (int start = 0; start < x.length; start += length) {
            double norm = Math.max(Math.sqrt(product(x, x, start, length)), least);
            for (int i = start; i < start + length; i++) {
              x[i] = (float) (x[i] / norm);
            }
          }
          to.write(x);
        });
    return result;
  }

  @Override
  public Tensor backward(Tensor given, boolean sourceNeeded) {
    Tensor gradient = bench.rearranged(given, source.layout());
    Floats values = source.values();
    Floats changed = gradient.values();
    int rows = Math.toIntExact(source.layout().size(0));
    bench.add(
        () -> {
          float[] x = new float[values.length()];
          float[] g = new float[x.length];
          values.read(x);
          changed.read(g);
          int length = x.length / rows;
          for (int start = 0; start < x.length; start += length) {
            double norm = Math.sqrt(product(x, x, start, length));
            double along = product(g, x, start, length) / Math.max(norm * norm * norm, least);
            double divisor = Math.max(norm, least);
            for (int i = start; i < start + length; i++) {
              g[i] = (float) (g[i] / divisor - x[i] * along);
            }
          }
          changed.write(g);
        });
    return gradient;
  }

  private static double product(float[] one, float[] other, int start, int length) {
    double sum = 0;
    for (int i = start; i < start + length; i++) {
      sum += (double) one[i] * other[i];
    }
    return sum;
  }
}
