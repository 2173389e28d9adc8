package io.bnzoo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchStreamTest {
  private static final LabeledImages TEN = TestDigits.draw(10, 5);

  @Test
  void anEpochShowsEveryImageOnce() {
    BatchStream stream = new BatchStream(TEN, 5, 1);
    int[] epoch = concat(stream.nextIndices(), stream.nextIndices());
    Arrays.sort(epoch);
    assertThat(epoch).isEqualTo(IntStream.range(0, 10).toArray());
  }

  @Test
  void aBatchThatStraddlesTakesTheRestOfTheOldEpochAndTheStartOfTheNew() {
    BatchStream stream = new BatchStream(TEN, 4, 1);
    int[] all = new int[0];
    for (int i = 0; i < 5; i++) {
      int[] batch = stream.nextIndices();
      assertThat(batch).hasSize(4);
      all = concat(all, batch);
    }
    assertThat(Arrays.copyOfRange(all, 0, 10)).doesNotHaveDuplicates();
    assertThat(Arrays.copyOfRange(all, 10, 20)).doesNotHaveDuplicates();
  }

  @Test
  void epochsComeInDifferentOrders() {
    BatchStream stream = new BatchStream(TEN, 10, 1);
    assertThat(stream.nextIndices()).isNotEqualTo(stream.nextIndices());
  }

  @Test
  void theSeedDecidesTheOrder() {
    int[] order = new BatchStream(TEN, 10, 1).nextIndices();
    assertThat(new BatchStream(TEN, 10, 1).nextIndices()).isEqualTo(order);
    assertThat(new BatchStream(TEN, 10, 2).nextIndices()).isNotEqualTo(order);
  }

  @Test
  void imagesKeepTheirLabels() {
    int[] indices = new BatchStream(TEN, 3, 9).nextIndices();
    LabeledImages batch = new BatchStream(TEN, 3, 9).next();
    for (int i = 0; i < 3; i++) {
      assertThat(batch.label(i)).isEqualTo(TEN.label(indices[i]));
      assertThat(batch.pixels(i)).isEqualTo(TEN.pixels(indices[i]));
    }
  }

  @Test
  void aBatchIsNoLargerThanTheSet() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BatchStream(TEN, 11, 1))
        .withMessage("batchSize must be in [1, 10], got 11");
  }

  private static int[] concat(int[] a, int[] b) {
    return IntStream.concat(IntStream.of(a), IntStream.of(b)).toArray();
  }
}
