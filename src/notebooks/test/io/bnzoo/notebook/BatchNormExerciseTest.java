package io.bnzoo.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import io.bnzoo.experiment.Variants;
import io.bnzoo.layer.LowLevelBatchNormalization;
import io.bnzoo.train.Outcome;
import io.bnzoo.train.Score;
import io.bnzoo.train.TrainingResult;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.HiddenBlocks;
import io.bnzoo.zoo.HiddenBlocks.Block;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Placement;
import io.bnzoo.zoo.TrainingPlan;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.impl.ActivationReLU;

class BatchNormExerciseTest {
  private static final Block<FeedForwardLayer> UNCHANGED = List::of;

  private static Layer withoutBias(Layer linear) {
    if (linear instanceof ConvolutionLayer layer) {
      layer.setHasBias(false);
    } else {
      ((DenseLayer) linear).setHasBias(false);
    }
    return linear;
  }

  private static MultiLayerConfiguration written(Block<FeedForwardLayer> convolution, Block<FeedForwardLayer> dense) {
    return HiddenBlocks.replace(DeepCnn.builder().build(), convolution, dense);
  }

  private static BatchNormalization.Builder batchNorm() {
    return new BatchNormalization.Builder().decay(0.99).eps(1e-3).useLogStd(false);
  }

  private static final Block<FeedForwardLayer> RIGHT =
      (affine, activation) -> List.of(withoutBias(affine), batchNorm().build(), activation);

  private static Arguments mistake(Block<FeedForwardLayer> convolution, Block<FeedForwardLayer> dense, String hint) {
    return Arguments.of(convolution, dense, hint);
  }

  static Stream<Arguments> mistakes() {
    Block<FeedForwardLayer> after =
        (affine, activation) -> List.of(withoutBias(affine), activation, batchNorm().build());
    Block<FeedForwardLayer> bias = (affine, activation) -> List.of(affine, batchNorm().build(), activation);
    Block<FeedForwardLayer> twice =
        (affine, activation) ->
            List.of(withoutBias(affine), batchNorm().build(), batchNorm().build(), activation);
    Block<FeedForwardLayer> linear = (affine, activation) -> List.of(withoutBias(affine), batchNorm().build());
    Block<FeedForwardLayer> defaults =
        (affine, activation) ->
            List.of(
                withoutBias(affine),
                new BatchNormalization.Builder().useLogStd(false).build(),
                activation);
    Block<FeedForwardLayer> logarithm =
        (affine, activation) ->
            List.of(withoutBias(affine), batchNorm().useLogStd(true).build(), activation);
    Block<FeedForwardLayer> byHandWithAnotherDecay =
        (affine, activation) ->
            List.of(
                withoutBias(affine),
                new LowLevelBatchNormalization.Builder().decay(0.9).build(),
                activation);
    Block<FeedForwardLayer> first =
        (affine, activation) -> List.of(batchNorm().build(), withoutBias(affine), activation);
    Block<FeedForwardLayer> locked =
        (affine, activation) ->
            List.of(withoutBias(affine), batchNorm().lockGammaBeta(true).build(), activation);
    Block<FeedForwardLayer> dropout =
        (affine, activation) ->
            List.of(
                withoutBias(affine),
                batchNorm().build(),
                activation,
                new DropoutLayer.Builder(0.5).build());
    Block<FeedForwardLayer> twoActivations =
        (affine, activation) -> {
          affine.setActivationFn(new ActivationReLU());
          return List.of(withoutBias(affine), batchNorm().build(), activation);
        };
    return Stream.of(
        mistake(first, first, "conv01: conv01-BatchNormalization stands before the linear layer"),
        mistake(RIGHT, first, "fc1: fc1-BatchNormalization stands before the linear layer"),
        mistake(locked, RIGHT, "conv01: gamma and beta are locked"),
        mistake(RIGHT, dropout, "fc1 has more in it"),
        mistake(twoActivations, RIGHT, "conv01 has an activation inside its linear layer"),
        mistake(UNCHANGED, UNCHANGED, "nothing is normalized yet"),
        mistake(RIGHT, UNCHANGED, "fc1 is not normalized"),
        mistake(UNCHANGED, RIGHT, "conv01 is not normalized"),
        mistake(twice, RIGHT, "conv01 is normalized twice"),
        mistake(after, RIGHT, "conv01: batch norm stands after the activation"),
        mistake(RIGHT, linear, "fc1 has lost its activation"),
        mistake(RIGHT, bias, "fc1 still has a bias"),
        mistake(
            defaults,
            RIGHT,
            "conv01: yours are decay 0.9 and epsilon 1.0E-5; set decay 0.99 and epsilon 0.001"),
        mistake(byHandWithAnotherDecay, RIGHT, "conv01: yours are decay 0.9 and epsilon 0.001"),
        mistake(RIGHT, logarithm, "fc1: Deeplearning4j would keep the logarithm"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void eachMistakeGetsItsHintAndNoOther(Block<FeedForwardLayer> convolution, Block<FeedForwardLayer> dense, String hint) {
    Verdict verdict = BatchNormExercise.judge(written(convolution, dense));
    assertThat(verdict.passed()).isFalse();
    assertThat(verdict.lines().stream().filter(line -> !line.right()).toList())
        .singleElement()
        .satisfies(line -> assertThat(line.text()).contains(hint));
  }

  @Test
  void theRightAnswerPasses() {
    Verdict verdict = BatchNormExercise.judge(written(RIGHT, RIGHT));
    assertThat(verdict.passed()).isTrue();
    assertThat(verdict.toString()).contains("✓ each of the 20 hidden blocks").doesNotContain("✗");
  }

  @ParameterizedTest
  @CsvSource({"batch-norm", "low-level", "spelt-out"})
  void theZoosOwnNetworksPass(String label) {
    Normalization variant = Variants.find(label).orElseThrow();
    assertThat(BatchNormExercise.judge(DeepCnn.builder().normalization(variant).build().conf()).passed())
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void eachPlacementIsToldFromTheOthers(Placement placement) {
    MultiLayerConfiguration configuration =
        DeepCnn.builder()
            .normalization(Normalization.batchNorm().placed(placement))
            .build()
            .conf();
    for (Placement asked : Placement.values()) {
      assertThat(BatchNormExercise.judge(configuration, asked).passed())
          .isEqualTo(asked == placement);
    }
  }

  @Test
  void aCertainLayerCanBeAskedFor() {
    Block<FeedForwardLayer> byHand =
        (affine, activation) ->
            List.of(
                withoutBias(affine), new LowLevelBatchNormalization.Builder().build(), activation);
    MultiLayerConfiguration mixed = written(byHand, RIGHT);
    assertThat(BatchNormExercise.judge(mixed).passed()).isTrue();
    assertThat(BatchNormExercise.judge(mixed, LowLevelBatchNormalization.class).toString())
        .contains(
            "✗ fc1-BatchNormalization is a BatchNormalization; asked for is"
                + " LowLevelBatchNormalization");
    MultiLayerConfiguration all = written(byHand, byHand);
    assertThat(BatchNormExercise.judge(all, LowLevelBatchNormalization.class).passed()).isTrue();
  }

  @Test
  void inAnotherPlaceItsSettingsAreLookedAtToo() {
    Block<FeedForwardLayer> after =
        (affine, activation) ->
            List.of(affine, activation, new BatchNormalization.Builder().build());
    assertThat(
            BatchNormExercise.judge(written(after, after), Placement.AFTER_ACTIVATION_WITH_BIAS)
                .toString())
        .contains("✓ every hidden block is")
        .contains("✗ conv01: yours are decay 0.9");
  }

  @Test
  void aWrongPlacementIsDescribed() {
    assertThat(
            BatchNormExercise.judge(written(RIGHT, RIGHT), Placement.AFTER_ACTIVATION_WITH_BIAS)
                .toString())
        .isEqualTo(
            "✗ conv01 is linear layer without bias, batch norm, activation; asked for is linear layer"
                + " with bias, activation, batch norm");
  }

  private static Trained trained(double test, double singly, double together) {
    return trained(test, singly, together, 800);
  }

  private static Trained trained(double test, double singly, double together, int batches) {
    Score score = new Score(0.1, test, OptionalInt.empty());
    return new Trained(
        "mine",
        new MultiLayerNetwork(DeepCnn.builder().build().conf()),
        TrainingPlan.builder().batches(batches).batchSize(64).build(),
        new TrainingResult(
            new Outcome.Completed(),
            List.of(),
            Optional.of(new TrainingResult.Finals(score, score, 100, singly, together, OptionalDouble.empty())),
            batches,
            1,
            1));
  }

  @Test
  void aTrainingIsJudgedByWhatItLearntAndByInference() {
    assertThat(BatchNormExercise.judge(trained(0.97, 0.98, 0.98)).passed()).isTrue();
    assertThat(BatchNormExercise.judge(trained(0.11, 0.1, 0.1)).toString())
        .contains("✗ it recognizes 11.0 % after 800 batches")
        .contains("✓ images fed one at a time");
    assertThat(BatchNormExercise.judge(trained(0.11, 0.1, 0.1, 80)).toString())
        .contains("✓ it recognizes 11.0 % after 80 batches, too early to tell");
    assertThat(BatchNormExercise.judge(trained(0.97, 0.1, 0.98)).toString())
        .contains("✓ it recognizes 97.0 %")
        .contains("inference does not use the running statistics");
  }
}
