package io.bnzoo.zoo;

import io.bnzoo.layer.LowLevelBatchNormalization;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * What a {@link Normalization} means in layers.
 *
 * <p>This is the one place that tells the choices apart; the blocks ask it and never look at the
 * choice themselves.
 */
interface NormalizationLayers {

  /** Whether the linear layer of a block has a bias. */
  default boolean linearBias(Placement placement) {
    return placement.linearBias();
  }

  /** The named layers of one block, in order. */
  List<Layer> layers(String block);

  static NormalizationLayers of(Normalization normalization) {
    if (normalization instanceof Normalization.None) {
      return new Nothing();
    }
    if (normalization instanceof Normalization.BatchNorm batchNorm) {
      return new BuiltIn(batchNorm);
    }
    if (normalization instanceof Normalization.LowLevel lowLevel) {
      return new ByHand(lowLevel);
    }
    throw new IllegalStateException("no layers are known for " + normalization);
  }

  /** No layers, and always a bias. */
  record Nothing() implements NormalizationLayers {
    @Override
    public boolean linearBias(Placement placement) {
      return true;
    }

    @Override
    public List<Layer> layers(String block) {
      return List.of();
    }
  }

  /**
   * Deeplearning4j's BatchNormalization with TensorFlow's way of keeping the variance.
   *
   * <p>The axis of the channels is left to Deeplearning4j, which takes it from the layer before;
   * set by hand to NHWC it would make oneDNN fail behind a dense layer.
   */
  record BuiltIn(Normalization.BatchNorm batchNorm) implements NormalizationLayers {
    @Override
    public List<Layer> layers(String block) {
      // useLogStd would keep log10 of the standard deviation instead of the variance.
      return List.of(
          new BatchNormalization.Builder()
              .name(block + "-bn")
              .decay(batchNorm.decay())
              .eps(batchNorm.epsilon())
              .useLogStd(false)
              .build());
    }
  }

  /** Our own layer, in SameDiff. */
  record ByHand(Normalization.LowLevel lowLevel) implements NormalizationLayers {
    @Override
    public List<Layer> layers(String block) {
      return List.of(
          new LowLevelBatchNormalization.Builder()
              .name(block + "-bn")
              .decay(lowLevel.decay())
              .epsilon(lowLevel.epsilon())
              .arithmetic(lowLevel.arithmetic())
              .build());
    }
  }
}
