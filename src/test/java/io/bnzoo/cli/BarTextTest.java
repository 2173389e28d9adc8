package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BarTextTest {
  private static BarText batches() {
    return new BarText("plain", "batches");
  }

  @Test
  void countsWhatIsDoneAndSaysHowFastAndHowLong() {
    assertThat(batches().text(300, 800, "", 60, 80))
        .isEqualTo(
            "plain  37% [========>             ] 300 of 800 batches, 5.0 batches/s, 1:40 left");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 100, 0.6 batches/min",
    "4, 10, 0.4 batches/s",
    "9, 1, 9.0 batches/s",
    "100, 0.08, '1,250 batches/s'"
  })
  void ratesHaveAsManyDigitsAsAreToBeRead(long done, double seconds, String rate) {
    assertThat(batches().text(done, 800, "", seconds, 80)).contains(" batches, " + rate);
  }

  @Test
  void itIsDoneOnlyWhenAllIsAndThenSaysWhatIsGoingOn() {
    assertThat(batches().text(799, 800, "", 60, 80)).startsWith("plain  99% ");
    assertThat(batches().text(800, 800, "evaluating", 60, 80))
        .isEqualTo("plain 100% [" + "=".repeat(30) + "] evaluating");
  }

  @Test
  void wordsStandInThePlaceOfACount() {
    assertThat(new BarText("training", "").text(68, 1000, "6 of 94 networks", 68, 80))
        .isEqualTo("training   6% [==>                           ] 6 of 94 networks, 15:32 left");
  }

  @Test
  void whatWasDoneBeforeAnInterruptionIsNoSpeed() {
    BarText text = batches();
    text.startsBefore(501);
    text.startsBefore(502);
    assertThat(text.text(510, 800, "", 5, 80)).contains("510 of 800 batches, 2.0 batches/s, 2:25");
  }

  @ParameterizedTest
  @ValueSource(ints = {80, 60, 30, 10, 1})
  void noLineIsWiderThanTheTerminal(int width) {
    String longest = "spelt-out-after-with-bias";
    String line = new BarText(longest, "batches").text(123_456, 1_000_000, "", 1e7, width);
    assertThat(line.length()).isLessThanOrEqualTo(width);
    assertThat(line).startsWith(longest.substring(0, Math.min(width, longest.length())));
  }

  @Test
  void nothingAtAllIsNoMistake() {
    assertThat(batches().text(0, 0, "", 0, 80)).startsWith("plain   0% ");
  }
}
