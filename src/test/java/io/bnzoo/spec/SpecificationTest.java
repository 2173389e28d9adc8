package io.bnzoo.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecificationTest {

  @Test
  void batchNormByDefaultIsTensorFlows() {
    assertThat(Normalization.batchNorm()).isEqualTo(new Normalization.BatchNorm(0.99, 0.001));
  }

  @ParameterizedTest
  @CsvSource({"1.0,0.001", "-0.1,0.001", "NaN,0.001", "0.9,0", "0.9,-1", "0.9,NaN"})
  void batchNormRefusesWhatIsOutOfRange(double decay, double epsilon) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Normalization.BatchNorm(decay, epsilon))
        .withMessageContaining("got");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Normalization.LowLevel(decay, epsilon, Arithmetic.SPELT_OUT))
        .withMessageContaining("got");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN})
  void learningRatesAndDeviationsAreAboveZero(double value) {
    assertThatIllegalArgumentException().isThrownBy(() -> new Optimizer.Sgd(value));
    assertThatIllegalArgumentException().isThrownBy(() -> new Optimizer.Adam(value));
    assertThatIllegalArgumentException().isThrownBy(() -> new Optimizer.Nesterovs(value, 0.9));
    assertThatIllegalArgumentException().isThrownBy(() -> InitialWeights.normal(value));
    assertThatIllegalArgumentException().isThrownBy(() -> InitialWeights.truncatedNormal(value));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InitialWeights.truncatedNormalConvolutions(value));
  }

  @Test
  void aVariantIsLabelledByItsNormalizationAndPlacement() {
    assertThat(Variant.all(Normalization.none()))
        .extracting(Variant::label)
        .containsExactly("plain");
    assertThat(Variant.all(Normalization.lowLevel()))
        .extracting(Variant::label)
        .containsExactly(
            "low-level",
            "low-level-with-bias",
            "low-level-after-with-bias",
            "low-level-after",
            "low-level-then-bias");
  }

  @Test
  void withoutNormalizationThereIsNothingToPlace() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Variant(Normalization.none(), Placement.AFTER_ACTIVATION))
        .withMessageContaining("nothing to place, got AFTER_ACTIVATION");
  }

  @Test
  void aPlanNamesTheComponentThatIsTooSmall() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TrainingPlan(10, 0, 100, 25, 100, 1))
        .withMessage("batchSize must be at least 1, got 0");
  }

  @Test
  void givenWeightsAreCopiedInAndOut() {
    float[] weights = {1, 2};
    InitialWeights.Given given =
        (InitialWeights.Given) InitialWeights.given(Map.of("fc1.W", weights));
    weights[0] = 7;
    given.valuesOf("fc1.W")[1] = 7;
    assertThat(given.valuesOf("fc1.W")).containsExactly(1, 2);
  }

  @Test
  void aNewLearningRateKeepsTheRule() {
    assertThat(new Optimizer.Nesterovs(0.1, 0.8).withLearningRate(0.2))
        .isEqualTo(new Optimizer.Nesterovs(0.2, 0.8));
  }
}
