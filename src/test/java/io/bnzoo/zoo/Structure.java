package io.bnzoo.zoo;

import io.bnzoo.layer.BatchNormLstm;
import io.bnzoo.layer.ChannelwiseBias;
import io.bnzoo.layer.LowLevelBatchNormalization;
import java.util.Locale;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;

/** A configuration as a few words a layer, for golden files. */
final class Structure {
  private Structure() {}

  /**
   * One line a layer.
   *
   * @param leftOut layers whose name ends in one of these are left out
   */
  static String of(MultiLayerConfiguration configuration, String... leftOut) {
    StringBuilder text = new StringBuilder();
    for (NeuralNetConfiguration conf : configuration.getConfs()) {
      Layer layer = conf.getLayer();
      if (Stream.of(leftOut).noneMatch(layer.getLayerName()::endsWith)) {
        text.append(layer.getLayerName()).append(describe(layer)).append('\n');
      }
    }
    return text.toString();
  }

  private static String normalized(BatchNormLstm layer) {
    return String.format(
        Locale.ROOT,
        " normalized: gamma %s decay %s epsilon %s noise %s steps %d",
        layer.initialGamma(),
        layer.decay(),
        layer.epsilon(),
        layer.initialStateNoise(),
        layer.steps());
  }

  private static String describe(Layer layer) {
    if (layer instanceof ConvolutionLayer c) {
      return String.format(
          Locale.ROOT,
          " %dx%d %d->%d stride %d %s%s",
          c.getKernelSize()[0],
          c.getKernelSize()[1],
          c.getNIn(),
          c.getNOut(),
          c.getStride()[0],
          c.getConvolutionMode(),
          c.hasBias() ? " bias" : "");
    }
    if (layer instanceof BatchNormalization b) {
      return String.format(
          Locale.ROOT,
          " %d decay %s epsilon %s log10(std) %s",
          b.getNOut(),
          b.getDecay(),
          b.getEps(),
          b.isUseLogStd());
    }
    if (layer instanceof LowLevelBatchNormalization b) {
      return String.format(
          Locale.ROOT,
          " %d decay %s epsilon %s %s",
          b.features(),
          b.decay(),
          b.epsilon(),
          b.arithmetic());
    }
    if (layer instanceof ChannelwiseBias b) {
      return " " + b.features();
    }
    if (layer instanceof LastTimeStep last) {
      return " last of" + describe(last.getUnderlying());
    }
    if (layer instanceof BaseRecurrentLayer lstm) {
      return String.format(
          Locale.ROOT,
          " %d->%d forget bias %s %s %s %s%s",
          lstm.getNIn(),
          lstm.getNOut(),
          lstm instanceof LSTM stock
              ? stock.getForgetGateBiasInit()
              : ((BatchNormLstm) lstm).forgetBias(),
          lstm.getActivationFn(),
          lstm.getGradientNormalization(),
          lstm.getGradientNormalizationThreshold(),
          lstm instanceof BatchNormLstm b ? normalized(b) : "");
    }
    if (layer instanceof DenseLayer d) {
      return " " + d.getNIn() + "->" + d.getNOut() + (d.hasBias() ? " bias" : "");
    }
    if (layer instanceof OutputLayer o) {
      return String.format(
          Locale.ROOT,
          " %d->%d %s %s bias",
          o.getNIn(),
          o.getNOut(),
          o.getActivationFn(),
          o.getLossFn().getClass().getSimpleName());
    }
    return "";
  }
}
