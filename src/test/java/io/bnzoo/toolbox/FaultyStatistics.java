package io.bnzoo.toolbox;

import io.bnzoo.engine.EngineChoice;
import io.bnzoo.zoo.DeepCnn;
import io.bnzoo.zoo.InitialWeights;
import io.bnzoo.zoo.Normalization;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.learning.config.Adam;

/** Models whose weights are good and whose running statistics are not, each in its own way. */
final class FaultyStatistics {
  private static final MultiLayerNetwork HEALTHY =
      TrainedModels.trained(TrainedModels.dense(recipe -> {}), TrainedModels.ENOUGH);

  private FaultyStatistics() {}

  static MultiLayerNetwork healthy() {
    return HEALTHY.clone();
  }

  static MultiLayerNetwork neverUpdated() {
    MultiLayerNetwork model = healthy();
    BatchNorm.allOf(model).forEach(FaultyStatistics::reset);
    return model;
  }

  static MultiLayerNetwork neverUpdatedInTheFirstLayer() {
    MultiLayerNetwork model = healthy();
    reset(BatchNorm.allOf(model).get(0));
    return model;
  }

  private static void reset(BatchNorm layer) {
    double[] ones = new double[layer.features()];
    Arrays.fill(ones, 1);
    layer.setStatistics(new double[layer.features()], ones);
  }

  /** Large steps and batches, so that few of them teach it something. */
  static MultiLayerNetwork afterFewBatches(double decay, int batches) {
    return TrainedModels.trained(
        TrainedModels.dense(
            recipe -> {
              recipe.batchNorm.decay(decay);
              recipe.global = all -> all.updater(new Adam(0.05));
            }),
        TrainedModels.TRAINING,
        batches,
        200,
        EngineChoice.AUTO);
  }

  /** Trained for long by most measures, but not by that of its decay. */
  static MultiLayerNetwork withLongMemory() {
    return TrainedModels.trained(TrainedModels.dense(recipe -> recipe.batchNorm.decay(0.999)), 300);
  }

  static MultiLayerNetwork lowLevelAfterFewBatches() {
    return TrainedModels.trained(
        DeepCnn.builder()
            .depth(4)
            .normalization(Normalization.lowLevel())
            .initialWeights(InitialWeights.truncatedNormalConvolutions(0.05))
            .build()
            .init(),
        100);
  }

  static MultiLayerNetwork clipped() {
    return TrainedModels.trained(
        TrainedModels.dense(
            recipe ->
                recipe
                    .batchNorm
                    .decay(0.9)
                    .gradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue)
                    .gradientNormalizationThreshold(1e-4)),
        TrainedModels.TRAINING,
        150,
        32,
        EngineChoice.DL4J);
  }

  /** As after last steps that are far larger than those that the averages remember. */
  static MultiLayerNetwork behindTheWeights() {
    MultiLayerNetwork model = healthy();
    BatchNorm second = BatchNorm.allOf(model).get(1);
    double[] mean = second.mean();
    Arrays.setAll(mean, i -> mean[i] + (i % 2 == 0 ? 4 : -4));
    second.setStatistics(mean, second.variance());
    return model;
  }

  static MultiLayerNetwork withVariance(double value) {
    MultiLayerNetwork model = healthy();
    model.getParam("4_var").putScalar(3, value);
    return model;
  }
}
