package io.bnzoo.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Facts about MNIST that are known from elsewhere. */
class MnistTest {
  @Test
  void theSplitIsTensorFlows() throws IOException {
    ImageDataset digits = RealMnist.load();
    assertThat(digits.train().size()).isEqualTo(55_000);
    assertThat(digits.validation().size()).isEqualTo(5_000);
    assertThat(digits.test().size()).isEqualTo(10_000);
    assertThat(firstLabels(digits.validation())).containsExactly(5, 0, 4, 1, 9, 2, 1, 3, 1, 4);
    assertThat(firstLabels(digits.test())).containsExactly(7, 2, 1, 0, 4, 1, 4, 9, 5, 9);
  }

  @Test
  void theTestSetHas980Zeros() throws IOException {
    LabeledImages test = RealMnist.load().test();
    assertThat(IntStream.range(0, test.size()).filter(i -> test.label(i) == 0)).hasSize(980);
  }

  private static int[] firstLabels(LabeledImages images) {
    return IntStream.range(0, 10).map(images::label).toArray();
  }
}
