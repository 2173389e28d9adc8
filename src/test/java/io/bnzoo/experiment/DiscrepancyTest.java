package io.bnzoo.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.experiment.Discrepancy.Cause;
import io.bnzoo.experiment.ExperimentResult.Finished;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DiscrepancyTest {
  private static final double[] FLAT = curve(i -> 0.5);

  private interface Accuracy {
    double after(int measurement);
  }

  private static double[] curve(Accuracy accuracy) {
    return IntStream.range(0, 100).mapToDouble(accuracy::after).toArray();
  }

  /** Of the batch norm networks of an experiment. */
  private static Optional<Discrepancy> discrepancy(String id, Finished... trials) {
    ExperimentResult result =
        new ExperimentResult(Lesson.find(id).orElseThrow(), Scale.FULL, List.of(trials));
    ExperimentResult.OfVariant variant = result.variants().get(0);
    return Discrepancy.of(variant, variant.published().get(0), List.of(trials));
  }

  private static Trial trial(String id, long seed) {
    return Lesson.find(id).orElseThrow().trials(List.of(seed), Scale.FULL).get(1);
  }

  /** Cell 15's batch norm network was published with 0.8527. */
  @Test
  void aMeanWithinTheToleranceIsNone() {
    Trial trial = trial("cell-15", 1);
    assertThat(discrepancy("cell-15", Trials.finished(trial, 0.8720, FLAT))).isEmpty();
    assertThat(discrepancy("cell-15", Trials.finished(trial, 0.8730, FLAT))).isPresent();
    assertThat(discrepancy("cell-15", Trials.finished(trial, 0.8320, FLAT))).isPresent();
  }

  @Test
  void aNetworkThatCollapsedWhereThePublishedDidNotIsNamedFirst() {
    assertThat(reason("cell-15", Trials.always(trial("cell-15", 1), 3, 0.101)))
        .isEqualTo(Cause.COLLAPSE);
    assertThat(reason("cell-15", Trials.diverged(trial("cell-15", 1), 7, 0.098)))
        .isEqualTo(Cause.COLLAPSE);
    // Cell 20 was published as always predicting 3.
    assertThat(reason("cell-20", Trials.finished(trial("cell-20", 1), 0.9, FLAT)))
        .isEqualTo(Cause.COLLAPSE);
  }

  /** The deep CNN without batch norm was published with 0.1219. */
  @Test
  void whereNeitherHasLearntTheFiguresSayNothing() {
    Trial plain = Lesson.find("deep-cnn").orElseThrow().trials(List.of(1L), Scale.FULL).get(0);
    assertThat(reason("deep-cnn", Trials.always(plain, 8, 0.0974))).isEqualTo(Cause.NOTHING_LEARNT);
    assertThat(reason("deep-cnn", Trials.finished(plain, 0.149))).isEqualTo(Cause.NOTHING_LEARNT);
    assertThat(reason("deep-cnn", Trials.finished(plain, 0.15))).isEqualTo(Cause.COLLAPSE);
  }

  @Test
  void seedsThatSpreadAroundThePublishedFigureExplainIt() {
    Optional<Discrepancy> discrepancy =
        discrepancy(
            "cell-15",
            Trials.finished(trial("cell-15", 1), 0.70, FLAT),
            Trials.finished(trial("cell-15", 2), 0.76, FLAT));
    assertThat(discrepancy.orElseThrow().reason()).isEqualTo(Cause.SEEDS);
    assertThat(discrepancy.orElseThrow().size()).isCloseTo(0.06, within(1e-12));
  }

  /** 101 points with the final one, of which the last fifth are 20. */
  @Test
  void anAccuracyThatStillRisesIsTold() {
    Optional<Discrepancy> discrepancy =
        discrepancy("cell-15", Trials.finished(trial("cell-15", 1), 0.8, curve(i -> i * 0.008)));
    assertThat(discrepancy.orElseThrow().reason()).isEqualTo(Cause.RISING);
    assertThat(discrepancy.orElseThrow().size()).isCloseTo(19 * 0.008, within(1e-9));
  }

  @Test
  void anAccuracyThatGoesUpAndDownIsToldAndNoRise() {
    Optional<Discrepancy> discrepancy =
        discrepancy(
            "cell-15",
            Trials.finished(
                trial("cell-15", 1), 0.78, curve(i -> (i % 2 == 0 ? 0.70 : 0.78) + i * 0.0001)));
    assertThat(discrepancy.orElseThrow().reason()).isEqualTo(Cause.BOUNCING);
    assertThat(discrepancy.orElseThrow().size()).isBetween(0.08, 0.085);
  }

  /** A rise or a bounce explains no more than itself. */
  @Test
  void aRiseOrABounceSmallerThanTheDifferenceExplainsNothing() {
    assertThat(reason("cell-15", Trials.finished(trial("cell-15", 1), 0.7, curve(i -> i * 0.007))))
        .isEqualTo(Cause.UNKNOWN);
    assertThat(
            reason(
                "cell-15",
                Trials.finished(trial("cell-15", 1), 0.7, curve(i -> i % 2 == 0 ? 0.66 : 0.74))))
        .isEqualTo(Cause.UNKNOWN);
  }

  /** Cell 18's batch norm network was published with 0.9054; cell 21 is its rerun. */
  @Test
  void rerunsTellHowFarSeedsSpread() {
    Finished first = Trials.finished(trial("cell-18", 1), 0.39, FLAT);
    Finished again = Trials.finished(trial("cell-21", 1), 0.87, FLAT);
    assertThat(reason("cell-18", first)).isEqualTo(Cause.UNKNOWN);
    ExperimentResult.OfVariant variant =
        new ExperimentResult(first.trial().experiment(), Scale.FULL, List.of(first))
            .variants()
            .get(0);
    Discrepancy explained =
        Discrepancy.of(variant, variant.published().get(0), List.of(first, again)).orElseThrow();
    assertThat(explained.reason()).isEqualTo(Cause.SEEDS);
    assertThat(explained.size()).isCloseTo(0.48, within(1e-12));
  }

  @Test
  void tooFewMeasurementsTellNothing() {
    Trial trial = Lesson.find("by-hand").orElseThrow().trials(List.of(1L), Scale.FULL).get(0);
    ExperimentResult result =
        new ExperimentResult(
            trial.experiment(),
            Scale.FULL,
            List.of(Trials.finished(trial, 0.8, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75)));
    ExperimentResult.OfVariant variant = result.variants().get(0);
    assertThat(
            Discrepancy.of(variant, variant.published().get(0), result.trials())
                .orElseThrow()
                .reason())
        .isEqualTo(Cause.UNKNOWN);
  }

  @Test
  void whatNothingExplainsIsSaidToBeUnknown() {
    assertThat(reason("cell-15", Trials.finished(trial("cell-15", 1), 0.5, FLAT)))
        .isEqualTo(Cause.UNKNOWN);
  }

  private static Cause reason(String id, Finished trial) {
    return discrepancy(id, trial).orElseThrow().reason();
  }
}
