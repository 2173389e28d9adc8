package io.bnzoo.toolbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class MomentsTest {

  /** Three features with four places each, far from 0 compared with their spread. */
  private static float[] images(int count) {
    Random random = new Random(7);
    float[] values = new float[count * 12];
    for (int i = 0; i < values.length; i++) {
      int feature = i / 4 % 3;
      values[i] = (float) (1000 * feature + random.nextGaussian());
    }
    return values;
  }

  private static float[] part(float[] values, int from, int to) {
    return java.util.Arrays.copyOfRange(values, 12 * from, 12 * to);
  }

  @Test
  void poolsBatchesOfAnySizesAsIfTheyWereOne() {
    float[] values = images(50);
    Moments whole = new Moments(3);
    whole.add(values, 50);
    Moments parts = new Moments(3);
    parts.add(part(values, 0, 1), 1);
    parts.add(part(values, 1, 33), 32);
    parts.add(part(values, 33, 50), 17);
    assertThat(parts.count()).isEqualTo(200);
    assertThat(parts.mean()).containsExactly(whole.mean(), within(1e-12 * 2000));
    assertThat(parts.variance()).containsExactly(whole.variance(), within(1e-12));
  }

  @Test
  void givesTheVarianceOfTheValuesThemselves() {
    Moments moments = new Moments(1);
    moments.add(new float[] {1, 3}, 2);
    moments.add(new float[] {5, 7}, 2);
    assertThat(moments.mean()).containsExactly(4);
    assertThat(moments.variance()).containsExactly(5); // (9 + 1 + 1 + 9) / 4
  }

  @Test
  void refusesValuesThatAreNoWholeImages() {
    assertThatThrownBy(() -> new Moments(3).add(new float[10], 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("10 values cannot be those of 2 images with 3 features");
  }
}
