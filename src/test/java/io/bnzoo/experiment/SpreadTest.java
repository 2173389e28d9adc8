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

  /** Student's t for 95 % is 4.3027 with two degrees of freedom. */
  @Test
  void foreseesOneMoreByStudentsT() {
    Spread spread = Spread.of(DoubleStream.of(2, 4, 9)).orElseThrow();
    double reach = 4.3027 * Math.sqrt(13) * Math.sqrt(4.0 / 3);
    assertThat(spread.predicts(5 + reach - 0.001)).contains(true);
    assertThat(spread.predicts(5 - reach + 0.001)).contains(true);
    assertThat(spread.predicts(5 + reach + 0.001)).contains(false);
    assertThat(spread.predicts(5 - reach - 0.001)).contains(false);
    assertThat(Spread.of(DoubleStream.of(2)).orElseThrow().predicts(2)).isEmpty();
  }
}
