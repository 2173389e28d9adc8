package io.bnzoo.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Values in and out of tensors, row by row whatever their layout. */
public final class TensorValues {
  private TensorValues() {}

  /** Values around 0 as far as floats go, the same for the same seed. */
  public static float[] random(long seed, Layout layout) {
    Random random = new Random(seed);
    float[] values = new float[count(layout)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** A tensor with the given values. */
  public static Tensor tensor(TensorPool pool, Layout layout, float... values) {
    Tensor tensor = pool.tensor(layout);
    try (TensorPool own = new TensorPool()) {
      Tensor rows = own.tensor(Layout.rowByRow(layout.size()));
      rows.floats().write(values);
      Kernel reorder = own.reorder(rows, tensor);
      own.seal();
      reorder.run();
    }
    return tensor;
  }

  /** A copy of a tensor's values. */
  public static float[] read(Tensor tensor) {
    try (TensorPool own = new TensorPool()) {
      Tensor rows = own.tensor(Layout.rowByRow(tensor.layout().size()));
      Kernel reorder = own.reorder(tensor, rows);
      own.seal();
      reorder.run();
      float[] values = new float[count(tensor.layout())];
      rows.floats().read(values);
      return values;
    }
  }

  /** Fails unless each value is as near to what is expected of its index as that. */
  public static void assertClose(Tensor tensor, double tolerance, IntToDoubleFunction expected) {
    float[] found = read(tensor);
    assertThat(IntStream.range(0, found.length).mapToDouble(i -> found[i]).toArray())
        .containsExactly(
            IntStream.range(0, found.length).mapToDouble(expected).toArray(), within(tolerance));
  }

  private static int count(Layout layout) {
    long count = 1;
    for (long length : layout.size()) {
      count *= length;
    }
    return Math.toIntExact(count);
  }
}
