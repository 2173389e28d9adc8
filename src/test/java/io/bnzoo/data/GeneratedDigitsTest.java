package io.bnzoo.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GeneratedDigitsTest {
  private static final int GOLDEN_HASH = -727660133;

  @Test
  void theSameSeedDrawsTheSameBytesEverywhere() {
    LabeledImages digits = TestDigits.draw(300, 42);
    byte[] pixels = new byte[300 * LabeledImages.PIXELS];
    for (int i = 0; i < 300; i++) {
      System.arraycopy(digits.pixels(i), 0, pixels, i * LabeledImages.PIXELS, 784);
    }
    int hash = Arrays.hashCode(pixels);
    assertThat(hash).as("hash of the pixels, as first drawn").isEqualTo(GOLDEN_HASH);
  }

  @Test
  void everyDigitIsDrawnAboutAsOften() {
    LabeledImages digits = TestDigits.draw(5_000, 7);
    for (int digit = 0; digit < 10; digit++) {
      int wanted = digit;
      long count = IntStream.range(0, 5_000).filter(i -> digits.label(i) == wanted).count();
      assertThat(count).as("digits %d", digit).isBetween(400L, 600L);
    }
  }

  @Test
  void aDigitIsInkOnEmptyPaper() {
    LabeledImages digits = TestDigits.draw(500, 8);
    for (int i = 0; i < digits.size(); i++) {
      int bright = 0;
      for (byte pixel : digits.pixels(i)) {
        bright += (pixel & 0xFF) > 100 ? 1 : 0;
      }
      assertThat(bright).as("bright pixels of image %d", i).isBetween(10, 392);
    }
  }
}
