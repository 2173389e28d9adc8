package io.bnzoo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFileTest {
  private static ImageFile grey(int height, int width, int... levels) {
    byte[] pixels = new byte[3 * levels.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) levels[i / 3];
    }
    return new ImageFile(new ImageSize(height, width), pixels);
  }

  private static int[] levels(ImageFile image) {
    int[] levels = new int[image.pixels().length / 3];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = image.pixels()[3 * i] & 0xFF;
    }
    return levels;
  }

  @ParameterizedTest
  @CsvSource({"5,3", "20,31", "1,1", "7,7"})
  void aFlatImageStaysFlatInEverySize(int height, int width) {
    ImageFile scaled =
        grey(3, 4, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200)
            .scaledTo(new ImageSize(height, width));
    assertThat(scaled.size()).isEqualTo(new ImageSize(height, width));
    assertThat(levels(scaled)).hasSize(height * width).containsOnly(200);
  }

  /** By hand: with a reach of 2 around 0.5 and 2.5, 3 : 3 : 1 over 7 and mirrored. */
  @Test
  void halvingWeighsTheNeighbours() {
    ImageFile scaled = grey(1, 4, 0, 70, 140, 210).scaledTo(new ImageSize(1, 2));
    assertThat(levels(scaled)).containsExactly(50, 160);
  }

  /** By hand: places at -0.25, 0.25, 0.75, 1.25. */
  @Test
  void doublingInterpolates() {
    ImageFile scaled = grey(2, 1, 0, 100).scaledTo(new ImageSize(4, 1));
    assertThat(levels(scaled)).containsExactly(0, 25, 75, 100);
  }

  @Test
  void theSameSizeIsTheSameImage() {
    ImageFile image = grey(1, 2, 3, 250);
    assertThat(image.scaledTo(new ImageSize(1, 2))).isSameAs(image);
  }

  @ParameterizedTest
  @ValueSource(strings = {"32", "32x", "x32", "0x4", "4x0", "99999x3", "70000x5", "-3x4", "3 x 4"})
  void aSizeIsWrittenAsTwoNumbersInRange(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> ImageSize.parse(text));
  }

  @Test
  void rowsComeFirstInASize() {
    assertThat(ImageSize.parse("20x31")).isEqualTo(new ImageSize(20, 31)).hasToString("20x31");
  }
}
