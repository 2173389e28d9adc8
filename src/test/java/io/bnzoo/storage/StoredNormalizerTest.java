package io.bnzoo.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bnzoo.ArrayAssert;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.PixelRange;
import io.bnzoo.data.TestDigits;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;

/** Normalizers as ND4J fits them and Deeplearning4j saves them. */
class StoredNormalizerTest {
  private static final LabeledImages TRAINING = TestDigits.draw(200, 5);
  private static final LabeledImages IMAGES = TestDigits.draw(30, 6);
  private static final long[] FLAT = {784};
  private static final long[] NCHW = {1, 28, 28};
  private static final long[] NHWC = {28, 28, 1};

  @TempDir private Path folder;

  static Stream<Arguments> normalizers() {
    return Stream.of(
        trained(new NormalizerStandardize(), PixelRange.UNIT, FLAT, "NormalizerStandardize"),
        trained(new NormalizerStandardize(), PixelRange.BYTES, FLAT, "NormalizerStandardize"),
        trained(new NormalizerStandardize(), PixelRange.UNIT, NCHW, "NormalizerStandardize"),
        trained(new NormalizerStandardize(), PixelRange.BYTES, NHWC, "NormalizerStandardize"),
        trained(
            new NormalizerMinMaxScaler(), PixelRange.UNIT, FLAT, "NormalizerMinMaxScaler(0, 1)"),
        trained(
            new NormalizerMinMaxScaler(-1, 1),
            PixelRange.BYTES,
            FLAT,
            "NormalizerMinMaxScaler(-1, 1)"),
        trained(
            new NormalizerMinMaxScaler(-0.5, 2),
            PixelRange.BYTES,
            NHWC,
            "NormalizerMinMaxScaler(-0.5, 2)"),
        trained(
            new ImagePreProcessingScaler(-1, 1),
            PixelRange.BYTES,
            NCHW,
            "ImagePreProcessingScaler(-1, 1)"),
        trained(
            new ImagePreProcessingScaler(0, 2, 1),
            PixelRange.UNIT,
            NHWC,
            "ImagePreProcessingScaler(0, 2)"));
  }

  /** A normalizer, fitted on pixels of a range in images of a shape. */
  private static Arguments trained(
      DataNormalization normalizer, PixelRange range, long[] shape, String description) {
    normalizer.fit(new DataSet(shaped(TRAINING, range, shape), TRAINING.oneHotLabels()));
    return Arguments.of(description, range, shape, normalizer);
  }

  private static INDArray shaped(LabeledImages images, PixelRange range, long... shape) {
    long[] batch = new long[shape.length + 1];
    batch[0] = images.size();
    System.arraycopy(shape, 0, batch, 1, shape.length);
    return images.images(range).reshape('c', batch);
  }

  @ParameterizedTest(name = "{0} of {1}, {2}")
  @MethodSource("normalizers")
  void aModelsPixelsGoThroughItsNormalizerAsInItsTraining(
      String description, PixelRange range, long[] shape, DataNormalization normalizer)
      throws IOException {
    StoredNormalizer stored = ModelFiles.open(saved(normalizer)).normalizer().orElseThrow();
    INDArray expected = shaped(IMAGES, range, shape);
    normalizer.transform(expected);
    ArrayAssert.assertSameBits(stored.apply(IMAGES).images(), expected.reshape('c', 30, 784));
    assertThat(stored.pixels()).isEqualTo(range);
    assertThat(stored.description()).isEqualTo(description);
  }

  /** [N,C,H,W] and the orders in which networks take it. */
  @Test
  void colouredImagesGoThroughANormalizerOfTheirOrderOfAxes() throws IOException {
    ImageShape shape = ImageShape.withChannels(3).height(4).width(5);
    byte[] pixels = new byte[10 * 60];
    new Random(1).nextBytes(pixels);
    LabeledImages images = new LabeledImages(shape, 2, pixels, new int[10]);
    INDArray channelsFirst = images.images().reshape('c', 10, 3, 4, 5);
    INDArray channelsLast = channelsFirst.permute(0, 2, 3, 1).dup('c');
    assertNormalized(images, channelsFirst.dup(), array -> array);
    assertNormalized(images, channelsLast, array -> array.permute(0, 3, 1, 2).dup('c'));
    assertNormalized(images, images.images(), array -> array);
  }

  private void assertNormalized(
      LabeledImages images, INDArray asTrained, UnaryOperator<INDArray> channelsFirst)
      throws IOException {
    NormalizerStandardize normalizer = new NormalizerStandardize();
    normalizer.fit(new DataSet(asTrained, images.oneHotLabels()));
    StoredNormalizer stored = ModelFiles.open(saved(normalizer)).normalizer().orElseThrow();
    INDArray expected = asTrained.dup();
    normalizer.transform(expected);
    ArrayAssert.assertSameBits(
        stored.apply(images).images(), channelsFirst.apply(expected).reshape('c', 10, 60));
  }

  @Test
  void aNormalizerOfOtherImagesIsRefused() throws IOException {
    NormalizerStandardize normalizer = new NormalizerStandardize();
    INDArray others = Nd4j.rand(4, 3072);
    normalizer.fit(new DataSet(others, Nd4j.zeros(4, 10)));
    StoredNormalizer stored = ModelFiles.open(saved(normalizer)).normalizer().orElseThrow();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> stored.apply(IMAGES))
        .withMessage(
            "its normalizer was fitted on other images: it has 3,072 statistics, not 784 (flat"
                + " images), 1 (NCHW) or 28 (NHWC)");
  }

  @Test
  void aModelWithoutANormalizerHasNone() throws IOException {
    Path file = folder.resolve("plain.zip");
    ModelFiles.save(ThreeLayerMlp.builder().build().init(), file);
    assertThat(ModelFiles.open(file).normalizer()).isEmpty();
  }

  @Test
  void aModelIsNotLoadedWithoutItsNormalizer() throws IOException {
    Path file = saved(new ImagePreProcessingScaler(-1, 1));
    assertThatExceptionOfType(ModelFileException.class)
        .isThrownBy(() -> ModelFiles.load(file))
        .withMessage(
            file
                + " has the normalizer ImagePreProcessingScaler(-1, 1), without which its predictions"
                + " are wrong; read both with ModelFiles.open");
  }

  @Test
  void aNormalizerCanBeAddedToAFileOfThisLibrarys() throws IOException {
    Path file = folder.resolve("ours.zip");
    ModelFiles.save(ThreeLayerMlp.builder().build().init(), file);
    ModelSerializer.addNormalizerToModel(file.toFile(), new ImagePreProcessingScaler());
    StoredModel stored = ModelFiles.open(file);
    assertThat(stored.normalizer()).isPresent();
    assertThat(stored.manifest().orElseThrow().sha256()).doesNotContainKey("normalizer.bin");
  }

  private Path saved(DataNormalization normalizer) throws IOException {
    Path file = folder.resolve("model.zip");
    ModelSerializer.writeModel(ThreeLayerMlp.builder().build().init(), file.toFile(), true);
    ModelSerializer.addNormalizerToModel(file.toFile(), normalizer);
    return file;
  }
}
