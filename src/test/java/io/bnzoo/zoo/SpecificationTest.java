package io.bnzoo.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bnzoo.data.ImageShape;
import io.bnzoo.layer.Arithmetic;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

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
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ThreeLayerMlp.builder().learningRate(value).build());
    assertThatIllegalArgumentException().isThrownBy(() -> InitialWeights.normal(value));
    assertThatIllegalArgumentException().isThrownBy(() -> InitialWeights.truncatedNormal(value));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InitialWeights.truncatedNormalConvolutions(value));
  }

  @Test
  void aLabelNamesTheNormalizationAndItsPlacement() {
    assertThat(Normalization.none().inEveryPlacement())
        .extracting(Normalization::label)
        .containsExactly("plain");
    assertThat(Normalization.lowLevel().inEveryPlacement())
        .extracting(Normalization::label)
        .containsExactly(
            "low-level",
            "low-level-with-bias",
            "low-level-after-with-bias",
            "low-level-after",
            "low-level-then-bias");
  }

  @Test
  void aPlanNamesTheComponentThatIsTooSmall() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrainingPlan.builder().batches(10).batchSize(0).build())
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
  void aShapeIsMadeOfNamedParts() {
    ImageShape shape = ImageShape.withChannels(3).height(32).width(48);
    assertThat(shape.channels()).isEqualTo(3);
    assertThat(shape.height()).isEqualTo(32);
    assertThat(shape.width()).isEqualTo(48);
    assertThat(shape.size()).isEqualTo(3 * 32 * 48);
    assertThat(shape).hasToString("32 x 48, channels: 3");
    assertThat(shape).isEqualTo(ImageShape.withChannels(3).height(32).width(48));
    assertThat(shape).isNotEqualTo(ImageShape.withChannels(3).height(48).width(32));
  }

  @ParameterizedTest
  @CsvSource({"0,32,32", "1,0,32", "1,32,-1", "1000,100000,100000"})
  void aShapeIsOfAtLeastOneValueAndFitsAnArray(int channels, int height, int width) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageShape.withChannels(channels).height(height).width(width))
        .withMessageContaining("got %s channels, height %s, width %s", channels, height, width);
  }

  @Test
  void nothingMayBeLeftOut() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Normalization.batchNorm().placed(null))
        .withMessage("placement must be given, got null");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Normalization.LowLevel(0.9, 0.1, null))
        .withMessage("arithmetic must be given, got null");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InitialWeights.given(null))
        .withMessage("weights must be given, got null");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InitialWeights.given(Collections.singletonMap("fc1.W", null)))
        .withMessage("the weights of fc1.W must be given, got null");
  }

  @Test
  void anInfiniteLearningRateIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> built(new Sgd(Double.POSITIVE_INFINITY)))
        .withMessage("learningRate must be finite, got Infinity");
  }

  @Test
  void anUpdaterThatIsChangedLaterChangesNoSpecification() {
    Adam adam = new Adam(0.1);
    DeepCnn.Builder builder = DeepCnn.builder().updater(adam);
    adam.setLearningRate(0.2);
    NetworkSpec spec = builder.build().spec();
    builder.learningRate(0.3);
    ((Adam) spec.updater()).setLearningRate(0.4);
    assertThat(spec.updater()).isEqualTo(new Adam(0.1));
  }

  @Test
  void anUpdaterMayFollowAScheduleOrHaveNoLearningRate() {
    ISchedule schedule = new StepSchedule(ScheduleType.ITERATION, 0.1, 0.5, 100);
    assertThat(built(new Adam(schedule)).learningRate()).isEmpty();
    assertThat(built(new AdaDelta()).learningRate()).isEmpty();
    assertThat(built(new RmsProp(0.25)).learningRate()).hasValue(0.25);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DeepCnn.builder().updater(new Adam(schedule)).learningRate(0.1))
        .withMessageContaining("Adam follows a schedule");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DeepCnn.builder().updater(new AdaDelta()).learningRate(0.1))
        .withMessage("AdaDelta has no learning rate to be set");
  }

  private static NetworkSpec built(IUpdater updater) {
    return DeepCnn.builder().updater(updater).build().spec();
  }
}
