package io.bnzoo.compiler;

import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Primitives;
import io.bnzoo.onednn.Tensor;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Dropout: in training, each value is kept with a probability and divided by it, else 0; in a
 * prediction nothing happens. Source: Srivastava et al., Dropout, 2014, inverted.
 *
 * <p>Which values are kept follows from the layer's seed and the number of the step alone, so that
 * a training that is resumed drops the same. They are others than Deeplearning4j's.
 */
final class DropoutKernels implements OperationKernels {
  private final Operation.DropoutOp operation;
  private final Workbench bench;
  private Tensor mask;

  DropoutKernels(Operation.DropoutOp operation, Workbench bench) {
    this.operation = operation;
    this.bench = bench;
  }

  @Override
  public Tensor forward(Tensor source) {
    if (bench.mode() != Mode.TRAINING) {
      return source;
    }
    mask = bench.tensor(source.layout());
    Floats values = mask.floats().part(0, source.layout().floats());
    float[] drawn = new float[values.length()];
    bench.add(
        () -> {
          draw(drawn, operation.keep(), seed(operation.seed(), bench.iteration()));
          values.write(drawn);
        });
    Tensor result = bench.tensor(source.layout());
    multiply(source, result);
    return result;
  }

  @Override
  public Tensor backward(Tensor given, boolean sourceNeeded) {
    Tensor gradient = bench.rearranged(given, mask.layout());
    multiply(gradient, gradient);
    bench.recycle(mask);
    return gradient;
  }

  private void multiply(Tensor source, Tensor result) {
    Layout layout = source.layout();
    bench.add(
        bench.own(Primitives.product(layout)),
        Map.of(
            Argument.SOURCE, source,
            Argument.SECOND_SOURCE, mask,
            Argument.DESTINATION, result));
  }

  /** Two numbers as one, none of which shows in it. */
  static long seed(long first, long second) {
    return new SplittableRandom(new SplittableRandom(first).nextLong() + second).nextLong();
  }

  /** Fills an array with {@code 1 / keep}, with that probability, and 0. */
  static void draw(float[] mask, double keep, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float kept = (float) (1 / keep);
    long threshold = Math.round(keep * (1L << 32));
    for (int i = 0; i < mask.length; i += 2) {
      long bits = random.nextLong();
      mask[i] = bits >>> 32 < threshold ? kept : 0;
      if (i + 1 < mask.length) {
        mask[i + 1] = (bits & 0xFFFFFFFFL) < threshold ? kept : 0;
      }
    }
  }
}
