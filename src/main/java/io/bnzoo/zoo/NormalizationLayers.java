package io.bnzoo.zoo;

import io.bnzoo.spec.Normalization;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * What a {@link Normalization} means in layers.
 *
 * <p>This is the one place that tells the choices apart; the stages ask it and never look at the
 * choice themselves.
 */
interface NormalizationLayers {

  /** Whether the affine map before the normalization keeps its bias. */
  boolean wantsBias();

  /** The layers of one stage by name, in order. */
  Map<String, Layer> layers(String stage);

  static NormalizationLayers of(Normalization normalization, CNN2DFormat format) {
    if (normalization instanceof Normalization.BatchNorm batchNorm) {
      return new BuiltIn(batchNorm, format);
    }
    return new Nothing();
  }

  /** No layers, and the bias stays. */
  record Nothing() implements NormalizationLayers {
    @Override
    public boolean wantsBias() {
      return true;
    }

    @Override
    public Map<String, Layer> layers(String stage) {
      return Map.of();
    }
  }

  /** Deeplearning4j's BatchNormalization with TensorFlow's way of keeping the variance. */
  record BuiltIn(Normalization.BatchNorm batchNorm, CNN2DFormat format)
      implements NormalizationLayers {
    @Override
    public boolean wantsBias() {
      return false;
    }

    @Override
    public Map<String, Layer> layers(String stage) {
      // useLogStd would keep log10 of the standard deviation instead of the variance.
      return Map.of(
          stage + "-bn",
          new BatchNormalization.Builder()
              .decay(batchNorm.decay())
              .eps(batchNorm.epsilon())
              .useLogStd(false)
              .dataFormat(format)
              .build());
    }
  }
}
