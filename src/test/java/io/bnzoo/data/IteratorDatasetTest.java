package io.bnzoo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.IntStream;
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
  void batchesOfOneAloneAreRefused() {
    BatchSource batches = dataset(iterator(TestDigits.draw(1, 1), 10)).batches(10, 7);
    assertThatIllegalArgumentException()
        .isThrownBy(batches::next)
        .withMessage("the training iterator has no batch of at least 2 images");
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
    validation.first(12).slice(11, 12).images().data().asNioFloat();
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
  void iteratorsThatCannotDoAreRefused() {
    DataSetIterator one = iterator(TestDigits.draw(20, 1), 10);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IteratorDataset.of(SHAPE, one, one, iterator(TestDigits.draw(5, 2), 5)))
        .withMessageContaining("must be another than those for validation and test");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IteratorDataset.of(SHAPE, one, null, iterator(TestDigits.draw(5, 2), 5)))
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
    assertThatIllegalArgumentException()
        .isThrownBy(() -> dataset(new ListDataSetIterator<>(List.<DataSet>of(), 10)))
        .withMessage("the iterator has no batch: ListDataSetIterator");
    ImageShape other = ImageShape.withChannels(1).height(14).width(14);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IteratorDataset.of(other, one, iterator(TestDigits.draw(5, 2), 5), once))
        .withMessageContaining("cannot be reset");
  }
}
