package io.bnzoo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bnzoo.ArrayAssert;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class FloatImagesTest {
  private static final ImageShape SHAPE = ImageShape.withChannels(3).height(4).width(5);

  /** Half as many as bytes have values, so that every type holds them exactly. */
  private static INDArray channelsFirst() {
    return Nd4j.arange(-120, 120).castTo(DataType.FLOAT).divi(4).reshape('c', 4, 3, 4, 5);
  }

  private static INDArray labels() {
    INDArray labels = Nd4j.zeros(DataType.FLOAT, 4, 7);
    int[] classes = {6, 0, 3, 3};
    for (int i = 0; i < classes.length; i++) {
      labels.putScalar(i, classes[i], 1);
    }
    return labels;
  }

  private static FloatImages images(INDArray features) {
    return FloatImages.of(new DataSet(features, labels()), SHAPE);
  }

  private static void assertSameImages(FloatImages images) {
    ArrayAssert.assertSameBits(images.images(), channelsFirst().reshape('c', 4, 60));
    float[] each = new float[240];
    images.pixels().get(each);
    assertThat(each).isEqualTo(channelsFirst().data().asFloat());
  }

  @Test
  void allAxisOrdersAreTheSameImages() {
    INDArray given = channelsFirst();
    assertSameImages(images(given));
    assertSameImages(images(given.reshape('c', 4, 60)));
    assertSameImages(images(given.permute(0, 2, 3, 1).dup('c')));
    assertSameImages(images(given.permute(0, 2, 3, 1)));
    assertSameImages(images(given.dup('f')));
  }

  @Test
  void partOfALargerArrayIsReadWhereItIs() {
    INDArray larger = Nd4j.ones(DataType.FLOAT, 9, 3, 4, 5);
    INDArray part =
        larger.get(
            NDArrayIndex.interval(2, 6),
            NDArrayIndex.all(),
            NDArrayIndex.all(),
            NDArrayIndex.all());
    part.assign(channelsFirst());
    assertSameImages(images(part));
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "HALF", "FLOAT", "BFLOAT16"})
  void anyTypeOfFeaturesIsTaken(DataType type) {
    assertSameImages(images(channelsFirst().castTo(type)));
  }

  @Test
  void classesAreThoseOfTheOneHotLabels() {
    FloatImages images = images(channelsFirst());
    assertThat(images.size()).isEqualTo(4);
    assertThat(images.classes()).isEqualTo(7);
    assertThat(images.shape()).isEqualTo(SHAPE);
    assertThat(new int[] {images.label(0), images.label(1), images.label(3)})
        .containsExactly(6, 0, 3);
    ArrayAssert.assertSameBits(images.oneHotLabels(), labels());
  }

  @Test
  void aSliceHasItsOwnImagesAndLabels() {
    FloatImages slice = images(channelsFirst()).slice(1, 3);
    assertThat(slice.size()).isEqualTo(2);
    assertThat(slice.label(1)).isEqualTo(3);
    assertThat(slice.oneHotLabels().getFloat(0, 0)).isEqualTo(1);
    FloatBuffer pixels = slice.pixels();
    assertThat(pixels.remaining()).isEqualTo(120);
    assertThat(pixels.get()).isEqualTo(-15);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> slice.slice(1, 3))
        .withMessage("slice [1, 3) must lie within [0, 2)");
  }

  /** Memory that nothing else refers to, such as a converted copy's. */
  @Test
  void pixelsStayAsLongAsTheImagesDo() {
    List<FloatImages> kept = new ArrayList<>();
    List<FloatBuffer> buffers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      kept.add(images(channelsFirst().castTo(DataType.DOUBLE).permute(0, 2, 3, 1)).slice(1, 3));
      buffers.add(kept.get(i).pixels());
      if (i % 50 == 49) {
        System.gc();
        Nd4j.createUninitialized(DataType.FLOAT, 4, 60).assign(77);
      }
    }
    try {
      for (FloatBuffer buffer : buffers) {
        assertThat(buffer.get(0)).isEqualTo(-15);
        assertThat(buffer.get(119)).isEqualTo(14.75f);
      }
    } finally {
      Reference.reachabilityFence(kept);
    }
  }

  @Test
  void imagesToBePredictedNeedNoLabels() {
    FloatImages images = FloatImages.unlabeled(new DataSet(channelsFirst(), null), SHAPE);
    assertThat(images.size()).isEqualTo(4);
    assertSameImages(images);
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> images.label(0));
  }

  @Test
  void otherShapesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> images(Nd4j.zeros(4, 3, 5, 4)))
        .withMessage(
            "images of 4 x 5 pixels and 3 channels need features of shape [N, 3, 4, 5],"
                + " [N, 4, 5, 3] or [N, 60], got [4, 3, 5, 4]");
  }

  @Test
  void axesThatCannotBeToldApartAreRefused() {
    ImageShape cube = ImageShape.withChannels(3).height(3).width(3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FloatImages.of(new DataSet(Nd4j.zeros(4, 3, 3, 3), labels()), cube))
        .withMessageContaining("may be NCHW or NHWC");
    assertThat(FloatImages.of(new DataSet(Nd4j.zeros(4, 27), labels()), cube).size()).isEqualTo(4);
  }

  @Test
  void labelsThatAreNotOneHotAreRefused() {
    for (double[] row : new double[][] {{0.5, 0.5}, {0, 0}, {1, 1}, {1, 0.1}, {2, 0}}) {
      INDArray labels = labels();
      labels.getRow(2).assign(0);
      labels.putScalar(2, 1, row[0]);
      labels.putScalar(2, 2, row[1]);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> FloatImages.of(new DataSet(channelsFirst(), labels), SHAPE))
          .withMessageContaining("those of image 2 of the batch are not");
    }
  }

  @Test
  void batchesWithoutLabelsWithOtherLabelsOrWithMasksAreRefused() {
    DataSet unlabeled = new DataSet(channelsFirst(), null);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FloatImages.of(unlabeled, SHAPE))
        .withMessage("the batch has no labels");
    DataSet fewer = new DataSet(channelsFirst(), Nd4j.eye(3));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FloatImages.of(fewer, SHAPE))
        .withMessage("4 images need one-hot labels of shape [4, classes], got [3, 3]");
    DataSet masked = new DataSet(channelsFirst(), labels(), null, Nd4j.ones(4, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FloatImages.of(masked, SHAPE))
        .withMessage("images have no masks, got a batch with masks");
  }
}
