package io.bnzoo.samediff;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.SameDiffParamInitializer;

/**
 * Where the parameters of a {@link ChannelwiseLayer} are kept.
 *
 * <p>They are neither weights nor biases, as those of Deeplearning4j's BatchNormalization: what a
 * network asks of all its weights, such as a constraint, must not reach a running variance.
 */
final class ChannelwiseParameters extends SameDiffParamInitializer {
  static final ChannelwiseParameters INSTANCE = new ChannelwiseParameters();

  private ChannelwiseParameters() {}

  @Override
  public List<String> weightKeys(Layer layer) {
    return List.of();
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return List.of();
  }
}
