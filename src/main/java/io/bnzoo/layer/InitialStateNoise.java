package io.bnzoo.layer;

import java.util.Random;
import java.util.SplittableRandom;

/**
 * The noise that a {@link BatchNormLstm} starts from in training.
 *
 * <p>It follows from the seed of the layer, its place and the number of the training step alone, so
 * that a training that is resumed has the same, and measuring in between changes nothing.
 */
public final class InitialStateNoise {
  private InitialStateNoise() {}

  /**
   * Normal values with mean 0, of an array [N,H] row by row.
   *
   * @param deviation their standard deviation
   * @param seed of the layer's configuration
   * @param layer its index in the network
   * @param step the training steps before this one; below 0 for passes that train nothing
   * @param count how many values
   */
  public static double[] values(double deviation, long seed, int layer, long step, int count) {
    Random random = new Random(mixed(mixed(seed, layer), step));
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = deviation * random.nextGaussian();
    }
    return values;
  }

  /** Two numbers as one, none of which shows in it. */
  private static long mixed(long first, long second) {
    return new SplittableRandom(new SplittableRandom(first).nextLong() + second).nextLong();
  }
}
