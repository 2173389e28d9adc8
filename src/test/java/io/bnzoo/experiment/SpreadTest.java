package io.bnzoo.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class SpreadTest {

  @Test
  void dividesBySampleSizeLessOne() {
    Spread spread = Spread.of(DoubleStream.of(2, 4, 9)).orElseThrow();
    assertThat(spread.count()).isEqualTo(3);
    assertThat(spread.mean()).isCloseTo(5, within(1e-12));
    assertThat(spread.standardDeviation().orElseThrow()).isCloseTo(Math.sqrt(13), within(1e-12));
    assertThat(spread.min()).isEqualTo(2);
    assertThat(spread.max()).isEqualTo(9);
  }

  @Test
  void oneValueHasNoDeviationAndNoValuesHaveNoSpread() {
    assertThat(Spread.of(DoubleStream.of(3)).orElseThrow().standardDeviation()).isEmpty();
    assertThat(Spread.of(DoubleStream.empty())).isEmpty();
  }

  @Test
  void containsItsEndsAndNothingBeyond() {
    Spread spread = Spread.of(DoubleStream.of(0.25, 0.75)).orElseThrow();
    assertThat(spread.contains(0.25)).isTrue();
    assertThat(spread.contains(0.75)).isTrue();
    assertThat(spread.contains(0.2499)).isFalse();
    assertThat(spread.contains(0.7501)).isFalse();
  }
}
