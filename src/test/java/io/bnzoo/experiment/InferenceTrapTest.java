package io.bnzoo.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.TestDigits;
import io.bnzoo.engine.Dl4jEngine;
import io.bnzoo.engine.Engine;
import io.bnzoo.train.Training;
import io.bnzoo.train.TrainingResult;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import io.bnzoo.zoo.TrainingPlan;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InferenceTrapTest {
  private static final ImageDataset DIGITS = TestDigits.small();

  static Stream<Normalization> normalizations() {
    return Stream.of(Normalization.batchNorm(), Normalization.lowLevel());
  }

  @ParameterizedTest
  @MethodSource("normalizations")
  void aloneAndByTheirOwnStatisticsAllImagesGetOneAnswer(Normalization normalization) {
    try (Engine engine = engine(normalization)) {
      TrainingResult trained = train(engine);
      InferenceTrap trap = InferenceTrap.of(engine, DIGITS.test(), 40);
      assertThat(trap.shown()).hasSize(40);
      assertThat(trap.shown().get(7)).isEqualTo(DIGITS.test().label(7));
      assertThat(trap.byBatchStatistics()).hasSize(40);
      assertThat(trap.byBatchStatistics().stream().distinct()).hasSize(1);
      assertThat(trap.batchAccuracy()).isLessThan(0.3);
      assertThat(trap.runningAccuracy()).isGreaterThan(0.6);
      assertThat(trap.runningAccuracy()).isEqualTo(trained.finals().orElseThrow().singleAccuracy());
      // Together, images are a fair sample of the population.
      assertThat(trap.testByBatchStatistics()).isGreaterThan(0.6);
    }
  }

  @Test
  void withoutNormalizationThereIsNoTrap() {
    try (Engine engine = engine(Normalization.none())) {
      InferenceTrap trap = InferenceTrap.of(engine, DIGITS.test(), 1000);
      assertThat(trap.shown()).hasSize(DIGITS.test().size());
      assertThat(trap.byBatchStatistics()).isEqualTo(trap.byPopulationStatistics());
    }
  }

  private static Engine engine(Normalization normalization) {
    return new Dl4jEngine(
        ThreeLayerMlp.builder().normalization(normalization).learningRate(0.3).build().init(),
        ImageShape.MNIST);
  }

  private static TrainingResult train(Engine engine) {
    return Training.of(
            DIGITS,
            TrainingPlan.builder()
                .batches(400)
                .batchSize(60)
                .validationEvery(400)
                .trainingEvery(400)
                .singleImages(40)
                .build())
        .runOn(engine);
  }
}
