package io.bnzoo.layer;

import io.bnzoo.samediff.ChannelwiseLayer;
import io.bnzoo.samediff.ChannelwiseRuntime;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Adds a trained {@code bias}, at first 0, to each feature of [N,F] or channel of images: {@code y
 * = x + bias}, in training and inference alike.
 *
 * <p>For a batch normalization that is followed by a bias of its own. There it adds nothing that
 * beta could not do: the two have the same gradient at every step, so that their sum moves as a
 * beta would with twice the learning rate.
 */
public final class ChannelwiseBias extends ChannelwiseLayer {
  /** The name of the bias among the parameters. */
  public static final String BIAS = "bias";

  /** For JSON, which then sets the fields. */
  private ChannelwiseBias() {}

  private ChannelwiseBias(Builder builder) {
    super(builder);
  }

  @Override
  protected Definition training(SDVariable x, Map<String, SDVariable> parameters) {
    return new Definition(x.add(parameters.get(BIAS)), Map.of());
  }

  @Override
  protected Definition inference(SDVariable x, Map<String, SDVariable> parameters) {
    return training(x, parameters);
  }

  @Override
  protected Map<String, Double> trained() {
    return Map.of(BIAS, 0.0);
  }

  @Override
  protected Map<String, Double> statistics() {
    return Map.of();
  }

  @Override
  protected ChannelwiseRuntime runtime(NeuralNetConfiguration conf, DataType type) {
    return new BiasRuntime(conf, type);
  }

  @Override
  protected int inferenceArrays() {
    return 0;
  }

  @Override
  protected int trainingArrays() {
    return 1;
  }

  /** This layer in a network. */
  static final class BiasRuntime extends ChannelwiseRuntime {
    private BiasRuntime(NeuralNetConfiguration conf, DataType type) {
      super(conf, type);
    }
  }

  /** Sets the layer up. */
  @SuppressWarnings("unchecked") // The build() of Layer.Builder returns whatever the caller likes.
  public static final class Builder extends ChannelwiseLayer.Builder<Builder> {
    @Override
    protected Builder self() {
      return this;
    }

    @Override
    public ChannelwiseBias build() {
      return new ChannelwiseBias(this);
    }
  }
}
