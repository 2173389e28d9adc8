package io.bnzoo.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bnzoo.zoo.TrainingPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScaleTest {

  @ParameterizedTest
  @CsvSource({
    "cell-04, 1, 50000, 500",
    "cell-04, 0.1, 5000, 250",
    "cell-04, 0.02, 1000, 50",
    "cell-05, 1, 2000, 50",
    "cell-05, 0.02, 40, 5",
    "deep-cnn, 1, 800, 100",
    "deep-cnn, 0.02, 16, 4",
    "deep-cnn, 0.000001, 1, 1",
    "pixels, 0.2, 1000, 250",
    "pixels, 20, 100000, 500",
  })
  void batchesAreScaledAndMeasurementsThinned(String id, double share, int batches, int every) {
    TrainingPlan plan = new Scale(share).apply(Lesson.find(id).orElseThrow().plan());
    assertThat(plan.batches()).isEqualTo(batches);
    assertThat(plan.validationEvery()).isEqualTo(every);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.5, 100.01, Double.NaN})
  void aShareIsAboveNothingAndAtMostAHundredTimesAll(double share) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Scale(share))
        .withMessage("scale must be in (0, 100], got " + share);
  }

  @Test
  void onlyAllOfItIsFull() {
    assertThat(Scale.FULL.isFull()).isTrue();
    assertThat(new Scale(0.999).isFull()).isFalse();
  }
}
