package io.bnzoo.toolbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bnzoo.data.LabeledImages;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.engine.EngineChoice;
import io.bnzoo.toolbox.Diagnosis.Cause;
import io.bnzoo.toolbox.Finding.Severity;
import io.bnzoo.toolbox.Finding.Symptom;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.ThreeLayerMlp;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

/** A model for each thing that a diagnosis tells. */
class DiagnosisTest {
  private static final LabeledImages TEST = TrainedModels.TEST;

  private static MultiLayerNetwork untrained(Consumer<TrainedModels.Recipe> change) {
    return TrainedModels.dense(change);
  }

  private static MultiLayerNetwork trainedOn(LabeledImages images) {
    return TrainedModels.trained(
        untrained(recipe -> {}), images, TrainedModels.ENOUGH, 32, EngineChoice.AUTO);
  }

  /** What the configuration alone tells of a model that was never trained. */
  private static Finding ofConfiguration(Symptom symptom, Consumer<TrainedModels.Recipe> change) {
    return finding(Diagnosis.of(untrained(change)), symptom);
  }

  private static Finding finding(Diagnosis diagnosis, Symptom symptom) {
    assertThat(diagnosis.findings()).extracting(Finding::symptom).contains(symptom);
    return diagnosis.findings().stream()
        .filter(each -> each.symptom() == symptom)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aHealthyModelHasNoFindings() {
    Diagnosis diagnosis = Diagnosis.of(FaultyStatistics.healthy(), TEST);
    assertThat(diagnosis.findings()).isEmpty();
    assertThat(diagnosis.cause()).isEqualTo(Cause.HEALTHY);
    assertThat(diagnosis.isWrong()).isFalse();
    assertThat(diagnosis.verdict()).startsWith("Healthy: the running statistics fit.");
    assertThat(diagnosis.layers())
        .extracting(LayerFigures::name)
        .containsExactly("fc1-bn", "fc2-bn");
    assertThat(diagnosis.batches()).isEqualTo(TrainedModels.ENOUGH);
  }

  @Test
  void aFreshModelIsUntrainedAndNotSick() {
    Diagnosis diagnosis = Diagnosis.of(untrained(recipe -> {}), TEST);
    assertThat(diagnosis.cause()).isEqualTo(Cause.UNTRAINED);
    assertThat(diagnosis.isWrong()).isFalse();
    assertThat(diagnosis.findings()).isEmpty();
  }

  @Test
  void statisticsThatNeverMovedAreAtFault() {
    MultiLayerNetwork model = FaultyStatistics.neverUpdated();
    assertThat(Diagnosis.of(model).cause()).isEqualTo(Cause.STATISTICS);
    Diagnosis diagnosis = Diagnosis.of(model, TEST);
    assertThat(diagnosis.cause()).isEqualTo(Cause.STATISTICS);
    assertThat(diagnosis.verdict())
        .matches(
            "The running statistics are at fault: 0\\.\\d\\d with them, 0\\.[89]\\d when"
                + " recomputed\\.");
    assertThat(finding(diagnosis, Symptom.NEVER_UPDATED).layers())
        .containsExactly("fc1-bn", "fc2-bn");
  }

  @Test
  void theLayerThatIsAtFaultIsToldFromThoseBehindIt() {
    Diagnosis diagnosis = Diagnosis.of(FaultyStatistics.neverUpdatedInTheFirstLayer(), TEST);
    assertThat(diagnosis.findings())
        .singleElement()
        .satisfies(only -> assertThat(only.symptom()).isEqualTo(Symptom.NEVER_UPDATED))
        .satisfies(only -> assertThat(only.layers()).containsExactly("fc1-bn"));
  }

  @Test
  void aShortTrainingLeavesTheInitialStatistics() {
    MultiLayerNetwork model =
        TrainedModels.trained(TrainedModels.dense(recipe -> recipe.batchNorm.decay(0.9)), 20);
    Finding finding = finding(Diagnosis.of(model), Symptom.INITIAL_SHARE);
    assertThat(finding.evidence())
        .startsWith(
            "12 % of the running statistics are the initial 0 and 1 (decay 0.9, 20 batches)");
    assertThat(finding.severity()).isEqualTo(Severity.WARNING);
  }

  /** Of the initial variance 1, twenty steps leave more than the mean of the data's variances. */
  @Test
  void recomputedStatisticsHaveNothingOfTheInitialOnes() {
    MultiLayerNetwork model =
        TrainedModels.trained(TrainedModels.dense(recipe -> recipe.batchNorm.decay(0.99)), 20);
    assertThat(Diagnosis.of(model, TEST).isWrong()).isTrue();
    BatchNorm last = BatchNorm.allOf(model).get(1);
    Recalibration.of(model, TrainedModels.TRAINING, ProgressListener.NONE);
    double[] variance = last.variance();
    variance[0] = Math.min(variance[0], 0.1); // Below 0.99^20, which the initial 1 would leave.
    last.setStatistics(last.mean(), variance);
    assertThat(Diagnosis.of(model).findings())
        .extracting(Finding::symptom)
        .doesNotContain(Symptom.INITIAL_SHARE, Symptom.DEAD_FEATURES);
    assertThat(Diagnosis.of(model).layers())
        .extracting(LayerFigures::initialShare)
        .containsOnly(OptionalDouble.empty());
  }

  /** Half a percent of the initial 1 is much next to a variance of 0.01. */
  @Test
  void theInitialVarianceIsComparedWithTheVarianceItself() {
    MultiLayerNetwork model = FaultyStatistics.healthy();
    BatchNorm layer = BatchNorm.allOf(model).get(1);
    double[] variance = layer.variance();
    Arrays.fill(variance, 0.01);
    layer.setStatistics(layer.mean(), variance);
    Finding finding = finding(Diagnosis.of(model), Symptom.INITIAL_SHARE);
    assertThat(finding.layers()).containsExactly("fc2-bn");
    assertThat(finding.evidence())
        .endsWith("which is 60 % of the variance and epsilon of the median feature.");
  }

  @Test
  void aLongMemoryAfterAShortTrainingIsAtFault() {
    Diagnosis diagnosis = Diagnosis.of(FaultyStatistics.withLongMemory(), TEST);
    assertThat(diagnosis.cause()).as(diagnosis.verdict()).isEqualTo(Cause.STATISTICS);
    assertThat(finding(diagnosis, Symptom.INITIAL_SHARE).severity()).isEqualTo(Severity.ERROR);
  }

  @Test
  void clippedStatisticsAreAtFault() {
    MultiLayerNetwork model = FaultyStatistics.clipped();
    assertThat(Diagnosis.of(model).cause()).isEqualTo(Cause.SUSPECT);
    Diagnosis diagnosis = Diagnosis.of(model, TEST);
    assertThat(diagnosis.cause()).as(diagnosis.verdict()).isEqualTo(Cause.STATISTICS);
    assertThat(finding(diagnosis, Symptom.CLIPPED_STATISTICS).severity()).isEqualTo(Severity.ERROR);
  }

  @Test
  void clippingThatDidNoHarmIsANote() {
    MultiLayerNetwork model =
        TrainedModels.trained(
            TrainedModels.dense(
                recipe ->
                    recipe
                        .batchNorm
                        .gradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue)
                        .gradientNormalizationThreshold(1)),
            TrainedModels.ENOUGH);
    Diagnosis diagnosis = Diagnosis.of(model, TEST);
    assertThat(diagnosis.cause()).isEqualTo(Cause.HEALTHY);
    assertThat(finding(diagnosis, Symptom.CLIPPED_STATISTICS).severity()).isEqualTo(Severity.NOTE);
  }

  @Test
  void imagesInvertedInTrainingAreTold() {
    MultiLayerNetwork model = trainedOn(TrainedModels.inverted(TrainedModels.TRAINING));
    Diagnosis diagnosis = Diagnosis.of(model, TEST);
    assertThat(diagnosis.cause()).isEqualTo(Cause.OTHER_IMAGES);
    assertThat(diagnosis.verdict()).contains("with black and white exchanged");
    assertThat(finding(diagnosis, Symptom.OTHER_IMAGES).remedy()).startsWith("Invert the images");
  }

  @Test
  void batchesOfTwoAreTold() {
    MultiLayerNetwork model =
        TrainedModels.trained(
            TrainedModels.dense(recipe -> {}), TrainedModels.TRAINING, 1_500, 2, EngineChoice.AUTO);
    Diagnosis diagnosis = Diagnosis.of(model, TEST);
    assertThat(finding(diagnosis, Symptom.SMALL_BATCHES).evidence())
        .as(diagnosis.verdict())
        .contains("batches of about 2 images");
  }

  @Test
  void aFrozenLayerWithStatisticsOfOtherImagesIsTold() {
    MultiLayerNetwork model =
        TrainedModels.fineTuned(TrainedModels.inverted(TrainedModels.TRAINING));
    Diagnosis diagnosis = Diagnosis.of(model, TEST);
    assertThat(finding(diagnosis, Symptom.FROZEN_STATISTICS).layers()).containsExactly("fc1-bn");
    assertThat(diagnosis.findings())
        .as(diagnosis.verdict())
        .extracting(Finding::symptom)
        .doesNotContain(Symptom.DRIFT, Symptom.NEVER_UPDATED);
  }

  @Test
  void statisticsThatLagBehindTheWeightsAreToldFromOtherImages() {
    Diagnosis diagnosis = Diagnosis.of(FaultyStatistics.behindTheWeights(), TEST);
    assertThat(diagnosis.cause()).as(diagnosis.verdict()).isEqualTo(Cause.STATISTICS);
    assertThat(finding(diagnosis, Symptom.DRIFT).layers()).containsExactly("fc2-bn");
  }

  @Test
  void fainterImagesAreOtherImages() {
    byte[] pixels = new byte[TEST.size() * TEST.shape().size()];
    TEST.pixels().get(pixels);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (200 + (pixels[i] & 0xFF) / 8);
    }
    int[] labels = IntStream.range(0, TEST.size()).map(TEST::label).toArray();
    LabeledImages faint = new LabeledImages(TEST.shape(), 10, pixels, labels);
    Diagnosis diagnosis = Diagnosis.of(FaultyStatistics.healthy(), faint);
    assertThat(diagnosis.cause()).as(diagnosis.verdict()).isEqualTo(Cause.OTHER_IMAGES);
    assertThat(diagnosis.verdict()).contains("0.8", "when recomputed");
    assertThat(finding(diagnosis, Symptom.OTHER_IMAGES).remedy()).contains("AdaBN");
  }

  @Test
  void weightsThatLearnedNothingAreAtFault() {
    MultiLayerNetwork model = trainedOn(TrainedModels.mislabelled(TrainedModels.TRAINING));
    Diagnosis diagnosis = Diagnosis.of(model, TEST);
    assertThat(diagnosis.cause()).as(diagnosis.verdict()).isEqualTo(Cause.WEIGHTS);
    assertThat(diagnosis.verdict()).startsWith("The weights are at fault");
  }

  /** One value in a variance tells nothing next to so much of the initial 1. */
  @Test
  void whatTheInitialVarianceHidesIsNotCalledDead() {
    Diagnosis diagnosis = Diagnosis.of(FaultyStatistics.lowLevelAfterFewBatches(), TEST);
    assertThat(diagnosis.cause()).as(diagnosis.verdict()).isEqualTo(Cause.STATISTICS);
    assertThat(diagnosis.findings())
        .extracting(Finding::symptom)
        .containsExactly(Symptom.INITIAL_SHARE);
  }

  @Test
  void aModelWithoutBatchNormThatLearnedNothingIsSick() {
    MultiLayerNetwork model =
        TrainedModels.trained(
            ThreeLayerMlp.builder()
                .normalization(Normalization.none())
                .activation(Activation.SIGMOID)
                .build()
                .init(),
            20);
    Diagnosis diagnosis = Diagnosis.of(model, TEST);
    assertThat(diagnosis.cause()).as(diagnosis.verdict()).isEqualTo(Cause.WEIGHTS);
    assertThat(diagnosis.isWrong()).isTrue();
  }

  @Test
  void finiteWeightsThatPredictNanAreTooLarge() {
    MultiLayerNetwork model = FaultyStatistics.healthy();
    model.getParam("6_W").assign(3e38);
    Diagnosis diagnosis = Diagnosis.of(model, TEST);
    assertThat(diagnosis.cause()).as(diagnosis.verdict()).isEqualTo(Cause.NOT_FINITE);
    assertThat(diagnosis.verdict()).contains("% of the predictions are NaN or infinite");
  }

  @Test
  void nanInTheWeightsIsToldFromNanInTheStatistics() {
    MultiLayerNetwork weights = FaultyStatistics.healthy();
    weights.getParam("0_W").putScalar(5, Float.NaN);
    Diagnosis ofWeights = Diagnosis.of(weights, TEST);
    assertThat(ofWeights.cause()).isEqualTo(Cause.NOT_FINITE);
    assertThat(finding(ofWeights, Symptom.NOT_FINITE).remedy()).contains("checkpoint");
    MultiLayerNetwork statistics = FaultyStatistics.withVariance(Double.NaN);
    Finding ofStatistics = finding(Diagnosis.of(statistics), Symptom.NOT_FINITE);
    assertThat(ofStatistics.remedy()).contains("recalibrate");
    assertThat(ofStatistics.layers()).containsExactly("fc2-bn");
  }

  @Test
  void aVarianceBelowZeroIsTold() {
    MultiLayerNetwork model = FaultyStatistics.withVariance(-0.5);
    assertThat(finding(Diagnosis.of(model), Symptom.NOT_FINITE).evidence()).contains("below 0");
  }

  @Test
  void deadFeaturesAreCounted() {
    MultiLayerNetwork model = FaultyStatistics.healthy();
    BatchNorm layer = BatchNorm.allOf(model).get(1);
    double[] variance = layer.variance();
    Arrays.fill(variance, 0, 20, Math.pow(0.99, TrainedModels.ENOUGH));
    layer.setStatistics(layer.mean(), variance);
    Diagnosis diagnosis = Diagnosis.of(model);
    assertThat(diagnosis.layers()).extracting(LayerFigures::dead).containsExactly(0, 20);
    Finding finding = finding(diagnosis, Symptom.DEAD_FEATURES);
    assertThat(finding.evidence()).isEqualTo("20 of 32 features are the same for every image.");
    assertThat(finding.severity()).isEqualTo(Severity.WARNING);
  }

  @Test
  void aGammaOfZeroMakesAFeatureDead() {
    MultiLayerNetwork model = FaultyStatistics.healthy();
    model.getParam("1_gamma").putScalar(4, 0);
    Diagnosis diagnosis = Diagnosis.of(model);
    assertThat(diagnosis.layers()).extracting(LayerFigures::dead).containsExactly(1, 0);
    assertThat(diagnosis.findings()).isEmpty(); // A single one is usual.
    for (int feature = 0; feature < 8; feature++) {
      model.getParam("1_gamma").putScalar(feature, 0);
    }
    assertThat(finding(Diagnosis.of(model), Symptom.DEAD_FEATURES).severity())
        .isEqualTo(Severity.NOTE);
  }

  @Test
  void featuresThatEpsilonKeepsSmallAreCounted() {
    MultiLayerNetwork model = FaultyStatistics.healthy();
    BatchNorm layer = BatchNorm.allOf(model).get(0);
    double[] variance = layer.variance();
    Arrays.setAll(variance, i -> i < 20 ? 7e-3 : variance[i]);
    layer.setStatistics(layer.mean(), variance);
    Diagnosis diagnosis = Diagnosis.of(model);
    assertThat(diagnosis.layers()).extracting(LayerFigures::weak).containsExactly(20, 0);
    assertThat(finding(diagnosis, Symptom.WEAK_FEATURES).layers()).containsExactly("fc1-bn");
  }

  @Test
  void aBiasBeforeBatchNormIsTold() {
    Finding finding = ofConfiguration(Symptom.REDUNDANT_BIAS, recipe -> recipe.dense.hasBias(true));
    assertThat(finding.layers()).containsExactly("fc1-bn", "fc2-bn");
    assertThat(finding.evidence()).startsWith("fc1 before it has a bias");
  }

  @Test
  void weightDecayIsToldToLeaveGammaAlone() {
    assertThat(
            ofConfiguration(Symptom.DECAYED_GAMMA, recipe -> recipe.global = all -> all.l2(1e-4))
                .severity())
        .isEqualTo(Severity.NOTE);
  }

  @Test
  void aLockedGammaThatIsIgnoredIsTold() {
    assertThat(
            ofConfiguration(
                    Symptom.IGNORED_LOCK, recipe -> recipe.batchNorm.lockGammaBeta(true).gamma(2))
                .evidence())
        .contains("gamma 2.0 and beta 0.0");
    assertThat(
            Diagnosis.of(
                    untrained(recipe -> recipe.batchNorm.lockGammaBeta(true).gamma(2).beta(0.5)))
                .findings())
        .isEmpty();
  }

  @Test
  void otherSettingsAreTold() {
    ofConfiguration(Symptom.LOG_DEVIATION, recipe -> recipe.batchNorm.useLogStd(true));
    ofConfiguration(Symptom.FULL_BATCH, recipe -> recipe.batchNorm.minibatch(false));
    ofConfiguration(Symptom.EPSILON, recipe -> recipe.batchNorm.eps(1));
    ofConfiguration(Symptom.EPSILON, recipe -> recipe.batchNorm.eps(1e-9));
    ofConfiguration(Symptom.SHORT_WINDOW, recipe -> recipe.batchNorm.decay(0.9));
  }

  @Test
  void dropoutBeforeBatchNormIsTold() {
    Finding finding = ofConfiguration(Symptom.DROPOUT_BEFORE, recipe -> recipe.dense.dropOut(0.8));
    assertThat(finding.evidence()).startsWith("Dropout in fc1 (keeps 80 %) adds");
  }

  @Test
  void batchNormOverSequencesIsTold() {
    MultiLayerNetwork model =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new LSTM.Builder().nOut(4).build())
                .layer(new BatchNormalization.Builder().name("bn").build())
                .layer(new RnnOutputLayer.Builder().nOut(3).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.recurrent(5))
                .build());
    model.init();
    assertThat(finding(Diagnosis.of(model), Symptom.SEQUENCES).layers()).containsExactly("bn");
  }

  @Test
  void aSigmoidThatWasLeftStandingIsTold() {
    Diagnosis diagnosis =
        Diagnosis.of(
            TrainedModels.convolutions(
                new ConvolutionLayer.Builder(3, 3).activation(Activation.SIGMOID)));
    assertThat(finding(diagnosis, Symptom.LEFTOVER_SIGMOID).layers())
        .containsExactly("conv1", "conv2");
  }

  @Test
  void aModelWithoutBatchNormIsNotSick() {
    MultiLayerNetwork model =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ActivationLayer(Activation.RELU))
                .layer(TrainedModels.output())
                .setInputType(InputType.feedForward(784))
                .build());
    model.init();
    Diagnosis diagnosis = Diagnosis.of(model, TEST);
    assertThat(diagnosis.cause()).isEqualTo(Cause.NO_BATCH_NORM);
    assertThat(diagnosis.isWrong()).isFalse();
  }

  @Test
  void aDiagnosisLeavesTheModelAsItIs() {
    MultiLayerNetwork model = FaultyStatistics.healthy();
    Diagnosis.of(model, TEST);
    assertThat(model.params().data().asFloat())
        .isEqualTo(FaultyStatistics.healthy().params().data().asFloat());
  }

  @Test
  void largerBatchesAreLessNoisy() {
    LayerFigures layer = Diagnosis.of(FaultyStatistics.healthy(), TEST).layers().get(0);
    assertThat(layer.fit().orElseThrow().noise())
        .extracting(LayerFigures.BatchNoise::ofMean)
        .satisfiesExactly(
            one -> assertThat(one).isBetween(0.99, 1.01),
            two -> assertThat(two).isBetween(0.6, 0.8),
            eight -> assertThat(eight).isBetween(0.28, 0.43),
            sixtyFour -> assertThat(sixtyFour).isBetween(0.05, 0.2));
  }

  @Test
  void aGraphIsDiagnosedAsTheSameSequence() {
    MultiLayerNetwork sick = FaultyStatistics.neverUpdatedInTheFirstLayer();
    Diagnosis ofGraph = Diagnosis.of(sick.toComputationGraph(), TEST);
    assertThat(ofGraph.verdict()).isEqualTo(Diagnosis.of(sick, TEST).verdict());
    assertThat(finding(ofGraph, Symptom.NEVER_UPDATED).layers()).hasSize(1);
    assertThat(Diagnosis.of(FaultyStatistics.healthy().toComputationGraph(), TEST).cause())
        .isEqualTo(Cause.HEALTHY);
  }

  @Test
  void aDiagnosisNeedsAnImage() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Diagnosis.of(FaultyStatistics.healthy(), TEST.slice(0, 0)))
        .withMessage("a diagnosis needs at least 1 image, got none");
  }
}
