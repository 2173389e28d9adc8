package io.bnzoo.zoo;

import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.LowLevelBatchNormalization;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.activations.Activation;

/**
 * What a {@link Normalization} means in layers.
 *
 * <p>This is the one place that tells the choices apart; the blocks ask it and never look at the
 * choice themselves.
 */
interface NormalizationLayers {

  /** An LSTM's at the start, with and without normalization; of the published code. */
  double FORGET_BIAS = 1;

  /** Whether the linear layer of a block has a bias. */
  default boolean linearBias(Placement placement) {
    return placement.linearBias();
  }

  /** The named layers of one block, in order. */
  List<Layer> layers(String block);

  /**
   * An LSTM with this normalization, without its sizes and weights.
   *
   * @param steps of its sequences
   */
  default BaseRecurrentLayer.Builder<?> lstm(Reading reading, int steps) {
    throw new IllegalStateException("no LSTM is known for " + this);
  }

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
    if (normalization instanceof Normalization.RecurrentBatchNorm recurrent) {
      return new Recurrent(recurrent);
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

    @Override
    public BaseRecurrentLayer.Builder<?> lstm(Reading reading, int steps) {
      return new LSTM.Builder().activation(Activation.TANH).forgetGateBiasInit(FORGET_BIAS);
    }
  }

  /** An LSTM that normalizes within itself. */
  record Recurrent(Normalization.RecurrentBatchNorm recurrent) implements NormalizationLayers {
    @Override
    public List<Layer> layers(String block) {
      throw new IllegalStateException(recurrent.label() + " is no layer of its own");
    }

    @Override
    public BaseRecurrentLayer.Builder<?> lstm(Reading reading, int steps) {
      boolean shared = recurrent.steps() == Normalization.TimeSteps.SHARED;
      return new BatchNormLstm.Builder(shared ? 1 : steps)
          .initialGamma(recurrent.initialGamma())
          .epsilon(recurrent.epsilon())
          .decay(recurrent.decay())
          .initialStateNoise(recurrent.noise(reading))
          .forgetBias(FORGET_BIAS);
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
