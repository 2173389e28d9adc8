package io.bnzoo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.datasets.iterator.DataSetIteratorSplitter;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;

class IteratorDatasetTest {
  private static final ImageShape SHAPE = ImageShape.MNIST;

  private static DataSetIterator iterator(LabeledImages images, int batchSize) {
    return new ListDataSetIterator<>(
        new DataSet(images.images(), images.oneHotLabels()).asList(), batchSize);
  }

  private static IteratorDataset dataset(DataSetIterator train) {
    return IteratorDataset.of(
        SHAPE, train, iterator(TestDigits.draw(25, 2), 10), iterator(TestDigits.draw(14, 3), 10));
  }

  private static List<Integer> labels(ImageBatch batch) {
    return IntStream.range(0, batch.size()).map(batch::label).boxed().toList();
  }

  private static List<Integer> labels(LabeledImages images, int from, int to) {
    return labels(images.slice(from, to));
  }

  @Test
  void theIteratorsBatchesComeInTheirOrderEpochAfterEpoch() {
    LabeledImages images = TestDigits.draw(25, 1);
    IteratorDataset data = dataset(iterator(images, 10));
    assertThat(data.classes()).isEqualTo(10);
    assertThat(data.isRepeatable()).isTrue();
    BatchSource batches = data.batches(10, 7);
    for (int epoch = 0; epoch < 2; epoch++) {
      assertThat(labels(batches.next())).isEqualTo(labels(images, 0, 10));
      assertThat(labels(batches.next())).isEqualTo(labels(images, 10, 20));
      assertThat(labels(batches.next())).isEqualTo(labels(images, 20, 25));
    }
    batches.skip(4);
    assertThat(labels(batches.next())).isEqualTo(labels(images, 10, 20));
    assertThat(labels(data.batches(10, 7).next())).isEqualTo(labels(images, 0, 10));
  }

  @Test
  void aSingleImageLeftOverIsPassedOver() {
    LabeledImages images = TestDigits.draw(21, 1);
    BatchSource batches = dataset(iterator(images, 10)).batches(10, 7);
    batches.skip(2);
    assertThat(labels(batches.next())).isEqualTo(labels(images, 0, 10));
    BatchSource singles = dataset(iterator(images, 1)).batches(1, 7);
    singles.skip(20);
    assertThat(labels(singles.next())).isEqualTo(labels(images, 20, 21));
  }

  @Test
  void whatIsEvaluatedComesWholeAndInParts() {
    LabeledImages images = TestDigits.draw(25, 2);
    ImageSource validation = dataset(iterator(TestDigits.draw(20, 1), 10)).validation();
    for (int round = 0; round < 2; round++) {
      assertThat(validation.inBatches(500).map(ImageBatch::size)).containsExactly(10, 10, 5);
      assertThat(validation.inBatches(4).map(ImageBatch::size))
          .containsExactly(4, 4, 2, 4, 4, 2, 4, 1);
      assertThat(validation.inBatches(4).flatMap(batch -> labels(batch).stream()).toList())
          .isEqualTo(labels(images));
    }
    assertThat(labels(validation.first(12))).isEqualTo(labels(images, 0, 12));
    assertThat(labels(validation.first(3))).isEqualTo(labels(images, 0, 3));
    assertThat(labels(validation.first(100))).isEqualTo(labels(images));
    float[] last = new float[784];
    ((FloatImages) validation.first(12)).slice(11, 12).pixels().get(last);
    assertThat(last).isEqualTo(images.slice(11, 12).images().data().asFloat());
  }

  @Test
  void aPreprocessorsValuesAreTheOnesThatNetworksGet() {
    DataSetIterator train = iterator(TestDigits.draw(20, 1), 10);
    train.setPreProcessor(new ImagePreProcessingScaler(-3, 5, 1)); // From 0 to 1, on 1 bit.
    ImageBatch batch = dataset(train).batches(10, 7).next();
    assertThat(batch.images().minNumber().doubleValue()).isEqualTo(-3);
    assertThat(batch.images().maxNumber().doubleValue()).isGreaterThan(4);
  }

  @Test
  void anIteratorThatBeginsOtherwiseAfterEachResetIsNotRepeatable() {
    LabeledImages images = TestDigits.draw(20, 1);
    DataSetIterator shuffling =
        new ListDataSetIterator<>(
            new DataSet(images.images(), images.oneHotLabels()).asList(), 10) {
          private int rounds;

          @Override
          public synchronized DataSet next() {
            DataSet next = super.next();
            next.getFeatures().addi(rounds);
            return next;
          }

          @Override
          public synchronized void reset() {
            super.reset();
            rounds++;
          }
        };
    assertThat(dataset(shuffling).isRepeatable()).isFalse();
  }

  @Test
  void otherBatchSizesThanThePlansAreRefused() {
    IteratorDataset data = dataset(iterator(TestDigits.draw(20, 1), 10));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> data.batches(64, 7))
        .withMessage(
            "the training iterator gives batches of 10, the plan says 64: give both the same");
  }

  @Test
  void whatAnIteratorGivesCountsAndNotWhatItSays() {
    LabeledImages images = TestDigits.draw(20, 1);
    DataSet whole = new DataSet(images.images(), images.oneHotLabels());
    IteratorDataset data = dataset(new ExistingDataSetIterator(List.of(whole, whole)));
    assertThat(data.batchSize()).isEqualTo(20);
    assertThat(data.batches(20, 7).next().size()).isEqualTo(20);
  }

  @Test
  void iteratorsThatMoveEachOtherAreRefused() {
    DataSetIterator one = iterator(TestDigits.draw(60, 1), 10);
    DataSetIterator other = iterator(TestDigits.draw(10, 2), 10);
    String refusal =
        "reading the validation or test iterator moves the training iterator: they need sources of"
            + " their own";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IteratorDataset.of(SHAPE, one, one, other))
        .withMessage(refusal);
    List<DataSetIterator> parts =
        new DataSetIteratorSplitter(one, 6, new double[] {0.7, 0.3}).getIterators();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IteratorDataset.of(SHAPE, parts.get(0), other, parts.get(1)))
        .withMessage(refusal);
  }

  @Test
  void theChecksumIsOfAllBatches() {
    LabeledImages images = TestDigits.draw(40, 1);
    String all = dataset(iterator(images, 10)).origin().sha256();
    assertThat(dataset(iterator(images, 10)).origin().sha256()).isEqualTo(all);
    assertThat(dataset(iterator(images.slice(0, 30), 10)).origin().sha256()).isNotEqualTo(all);
    IteratorDataset otherTest =
        IteratorDataset.of(
            SHAPE,
            iterator(images, 10),
            iterator(TestDigits.draw(25, 2), 10),
            iterator(TestDigits.draw(15, 3), 10));
    assertThat(otherTest.origin().sha256()).isNotEqualTo(all);
  }

  @Test
  void iteratorsThatCannotDoAreRefusedByName() {
    DataSetIterator train = iterator(TestDigits.draw(20, 1), 10);
    DataSetIterator small = iterator(TestDigits.draw(5, 2), 5);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IteratorDataset.of(SHAPE, train, null, small))
        .withMessage("the validation iterator must be given, got null");
    DataSetIterator once =
        new ListDataSetIterator<>(List.<DataSet>of(), 10) {
          @Override
          public boolean resetSupported() {
            return false;
          }
        };
    assertThatIllegalArgumentException()
        .isThrownBy(() -> dataset(once))
        .withMessage("the training iterator cannot be reset, so that it can be read only once");
    DataSetIterator empty = new ListDataSetIterator<>(List.<DataSet>of(), 10);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IteratorDataset.of(SHAPE, train, small, empty))
        .withMessage("the test iterator has no batch");
    ImageShape other = ImageShape.withChannels(1).height(14).width(14);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IteratorDataset.of(other, train, small, small))
        .withMessageStartingWith("the training iterator: images of 14 x 14 pixels and one channel");
    LabeledImages five = new LabeledImages(SHAPE, 5, new byte[2 * 784], new int[2]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IteratorDataset.of(SHAPE, train, small, iterator(five, 2)))
        .withMessage("the training iterator's images have 10 classes, the test iterator's 5");
  }
}
