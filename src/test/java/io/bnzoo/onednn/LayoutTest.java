package io.bnzoo.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutTest {
  private static final int N = 2;
  private static final int C = 3;
  private static final int H = 4;
  private static final int W = 5;

  /** Where a layout puts the value at [n,c,h,w]. */
  private interface Place {
    int of(int n, int c, int h, int w);
  }

  private static void assertPlaces(Layout layout, Place place) {
    try (TensorPool pool = new TensorPool()) {
      float[] values = TensorValues.random(1, layout);
      float[] memory = new float[Math.toIntExact(layout.floats())];
      TensorValues.tensor(pool, layout, values).floats().read(memory);
      float[] expected = new float[memory.length];
      int next = 0;
      for (int n = 0; n < N; n++) {
        for (int c = 0; c < C; c++) {
          for (int h = 0; h < H; h++) {
            for (int w = 0; w < W; w++) {
              expected[place.of(n, c, h, w)] = values[next++];
            }
          }
        }
      }
      assertThat(memory).isEqualTo(expected);
    }
  }

  @Test
  void rowByRowTheLastAxisIsTheFastest() {
    assertPlaces(Layout.rowByRow(N, C, H, W), (n, c, h, w) -> ((n * C + c) * H + h) * W + w);
  }

  @Test
  void channelsLastTheChannelsOfAPixelStandTogether() {
    assertPlaces(Layout.channelsLast(N, C, H, W), (n, c, h, w) -> ((n * H + h) * W + w) * C + c);
  }

  @Test
  void blockedTheChannelsArePaddedWithZeros() {
    int block = OneDnn.block();
    assertPlaces(Layout.blocked(N, C, H, W), (n, c, h, w) -> ((n * H + h) * W + w) * block + c);
  }

  @Test
  void stridedTheDistancesAreThoseGiven() {
    assertPlaces(
        Layout.strided(new long[] {N, C, H, W}, new long[] {100, 1, 15, 3}),
        (n, c, h, w) -> n * 100 + c + h * 15 + w * 3);
  }

  /** As zero padding around images, and cropping of the padded ones, have it. */
  @Test
  void aRangeIsAPartOfTheWholeInItsPlace() {
    for (Layout whole : List.of(Layout.channelsLast(N, C, H, W), Layout.rowByRow(N, C, H, W))) {
      Layout inner = whole.range(2, 1, 2).range(3, 2, 2);
      assertThat(inner.size()).containsExactly(N, C, 2, 2);
      try (TensorPool pool = new TensorPool()) {
        Tensor all = pool.tensor(whole);
        float[] values = TensorValues.random(1, inner);
        Tensor range = pool.tensor(inner, all.floats());
        Kernel kernel =
            pool.reorder(TensorValues.tensor(pool, Layout.channelsLast(N, C, 2, 2), values), range);
        pool.seal();
        kernel.run();
        assertThat(TensorValues.read(range)).isEqualTo(values);
        TensorValues.assertClose(
            all,
            0,
            i -> {
              int row = i / W % H - 1;
              int column = i % W - 2;
              boolean inside = row >= 0 && row < 2 && column >= 0 && column < 2;
              return inside ? values[i / (H * W) * 4 + row * 2 + column] : 0;
            });
      }
    }
  }

  @Test
  void theMemoryOfARangeEndsBehindItsLastFloat() {
    Layout whole = Layout.channelsLast(N, C, H, W);
    assertThat(whole.range(1, 2, 1).floats()).isEqualTo(whole.floats());
    assertThat(whole.range(1, 1, 1).floats()).isEqualTo(whole.floats() - 1);
    assertThat(whole.range(2, 1, 2).floats()).isEqualTo(whole.floats() - W * C);
    assertThat(whole.range(0, 1, 1).floats()).isEqualTo(whole.floats());
    assertThat(whole.range(1, 0, 1).floats()).isLessThanOrEqualTo(whole.floats());
    int block = OneDnn.block();
    Layout blocked = Layout.blocked(N, 3L * block, H, W);
    assertThat(blocked.range(1, block, 2L * block).floats()).isEqualTo(blocked.floats());
    assertThat(blocked.range(1, block, block).floats())
        .isEqualTo(blocked.floats() - (long) H * W * block);
  }

  @Test
  void aRangeBeyondTheWholeIsAnError() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Layout.channelsLast(N, C, H, W).range(1, 2, 2))
        .withMessage("oneDNN cannot take [2, 2, 4, 5] of [2, 3, 4, 5]: invalid_arguments");
  }

  @Test
  void theFloatsIncludePadding() {
    assertThat(Layout.rowByRow(N, C).floats()).isEqualTo(6);
    assertThat(Layout.blocked(N, OneDnn.block() + 1, H, W).floats())
        .isEqualTo(N * 2L * OneDnn.block() * H * W);
    assertThat(Layout.strided(new long[] {2, 3}, new long[] {5, 1}).floats()).isEqualTo(10);
    assertThat(Layout.bytes(1, 4).floats()).isEqualTo(1);
    assertThat(Layout.bytes(1, 5).floats()).isEqualTo(2);
    assertThat(Layout.number(3).size()).containsExactly(1, 1, 1);
  }

  @Test
  void layoutsAreEqualIfTheyPutTheSameValuesInTheSamePlaces() {
    Layout rows = Layout.rowByRow(N, C, H, W);
    assertThat(Layout.strided(rows.size(), new long[] {C * H * W, H * W, W, 1}))
        .isEqualTo(rows)
        .hasSameHashCodeAs(rows);
    assertThat(Layout.channelsLast(N, C, H, W)).isNotEqualTo(rows);
    assertThat(Layout.rowByRow(N, C, W, H)).isNotEqualTo(rows);
    assertThat(Layout.rowByRow(N * C, H * W)).isNotEqualTo(rows);
    assertThat(Layout.bytes(N, C)).isNotEqualTo(Layout.rowByRow(N, C));
    assertThat(Layout.any(N, C)).isNotEqualTo(Layout.rowByRow(N, C));
  }

  @Test
  void theSizeIsACopy() {
    long[] size = {2, 3};
    Layout layout = Layout.strided(size, new long[] {3, 1});
    size[0] = 7;
    layout.size()[1] = 7;
    assertThat(layout.size()).containsExactly(2, 3);
    assertThat(layout.size(1)).isEqualTo(3);
    assertThat(layout).hasToString("[2, 3]");
  }

  @Test
  void aSizeThatOneDnnDoesNotTakeIsNamed() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Layout.rowByRow(2, -3))
        .withMessage("oneDNN cannot describe the layout [2, -3]: invalid_arguments");
  }
}
