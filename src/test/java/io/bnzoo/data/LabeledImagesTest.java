package io.bnzoo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class LabeledImagesTest {
  private static final LabeledImages TWO = twoImages();

  private static LabeledImages twoImages() {
    byte[] pixels = new byte[2 * 784];
    pixels[784 + 3] = (byte) 255;
    pixels[784 + 4] = (byte) 51;
    return new LabeledImages(pixels, new byte[] {4, 9});
  }

  @Test
  void pixelsBecomeNumbersFromZeroToOne() {
    INDArray images = TWO.images();
    assertThat(images.shape()).containsExactly(2, 784);
    assertThat(images.getFloat(1, 3)).isEqualTo(1f);
    assertThat(images.getFloat(1, 4)).isEqualTo(0.2f);
    assertThat(images.sumNumber().floatValue()).isEqualTo(1.2f);
  }

  @Test
  void pixelsCanBeHadAsTheBytesOfTheFile() {
    INDArray images = TWO.images(PixelRange.BYTES);
    assertThat(images.shape()).containsExactly(2, 784);
    assertThat(images.getFloat(1, 3)).isEqualTo(255f);
    assertThat(images.getFloat(1, 4)).isEqualTo(51f);
    assertThat(images.sumNumber().floatValue()).isEqualTo(306f);
  }

  @Test
  void labelsBecomeOneHotRows() {
    INDArray labels = TWO.oneHotLabels();
    assertThat(labels.shape()).containsExactly(2, 10);
    assertThat(labels.getRow(1).toFloatVector()).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
  }

  @Test
  void aSliceShowsItsPart() {
    LabeledImages second = TWO.slice(1, 2);
    assertThat(second.size()).isEqualTo(1);
    assertThat(second.label(0)).isEqualTo(9);
    assertThat(second.images().getFloat(0, 3)).isEqualTo(1f);
    assertThat(second.select(0).pixels(0)).isEqualTo(TWO.pixels(1));
  }

  @Test
  void channelsAreReversedImageByImage() {
    ImageShape shape = ImageShape.withChannels(3).height(1).width(2);
    byte[] pixels = new byte[18];
    for (int i = 0; i < 18; i++) {
      pixels[i] = (byte) i;
    }
    LabeledImages images = new LabeledImages(shape, 5, pixels, new int[] {4, 0, 2});
    LabeledImages reversed = images.slice(1, 3).withReversedChannels();
    assertThat(reversed.pixels(0)).containsExactly(10, 11, 8, 9, 6, 7);
    assertThat(reversed.pixels(1)).containsExactly(16, 17, 14, 15, 12, 13);
    assertThat(reversed.label(1)).isEqualTo(2);
    assertThatIllegalArgumentException()
        .isThrownBy(TWO::withReversedChannels)
        .withMessageEndingWith("the images have 28 x 28 pixels and one channel");
  }

  /** The neighbours of a slice are in the same memory. */
  @Test
  void aSliceShowsNothingBeyondItsEnds() {
    LabeledImages first = TWO.slice(0, 1);
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> first.label(1));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> first.pixels(1));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> first.select(0, 1));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> TWO.slice(1, 2).label(-1));
  }

  @Test
  void noImagesAreEmptyArrays() {
    assertThat(TWO.slice(1, 1).images().shape()).containsExactly(0, 784);
    assertThat(TWO.slice(1, 1).oneHotLabels().shape()).containsExactly(0, 10);
  }

  @Test
  void lengthsMustAgree() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LabeledImages(new byte[784], new byte[2]))
        .withMessage("2 labels need 1568 pixels, got 784");
  }

  @Test
  void labelsMustBeDigits() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LabeledImages(new byte[784], new byte[] {10}))
        .withMessage("label 0 must be a class from 0 to 9, got 10");
  }

  @Test
  void imagesMayHaveAnyShapeAndAnyNumberOfClasses() {
    byte[] pixels = new byte[2 * 3 * 4 * 5];
    pixels[60] = 51;
    LabeledImages coloured =
        new LabeledImages(
            ImageShape.withChannels(3).height(4).width(5), 300, pixels, new int[] {299, 0});
    assertThat(coloured.images().shape()).containsExactly(2, 60);
    assertThat(coloured.slice(1, 2).images().getFloat(0, 0)).isEqualTo(0.2f);
    assertThat(coloured.select(1).pixels(0)).hasSize(60).startsWith(51);
    assertThat(coloured.oneHotLabels().shape()).containsExactly(2, 300);
    assertThat(coloured.oneHotLabels().getFloat(0, 299)).isEqualTo(1f);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LabeledImages(ImageShape.MNIST, 3, new byte[784], new int[] {3}))
        .withMessage("label 0 must be a class from 0 to 2, got 3");
  }
}
