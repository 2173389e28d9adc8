package io.bnzoo.data;

/** Small sets of generated digits for tests of other packages. */
public final class TestDigits {
  private TestDigits() {}

  /** 600 training, 120 validation and 150 test images. */
  public static ImageDataset small() {
    return new ImageDataset(
        draw(600, 1),
        draw(120, 2),
        draw(150, 3),
        new ImageDataset.Origin(ImageDataset.Kind.GENERATED, "drawn for a test", "0".repeat(64)));
  }

  public static LabeledImages draw(int count, long seed) {
    return GeneratedDigits.draw(count, seed, () -> {});
  }
}
