package io.bnzoo.zoo;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/** Hidden stages that a test writes down as two functions. */
public record WrittenStages(Stage convolution, Stage dense) implements HiddenStages {

  /** The layers of a stage, given its linear layer and its activation. */
  public interface Stage {
    List<Layer> layers(Layer linear, ActivationLayer activation);
  }

  /** A stage as it was. */
  public static final Stage UNCHANGED = (linear, activation) -> List.of(linear, activation);

  /** Switches the bias of a linear layer off. */
  public static Layer withoutBias(Layer linear) {
    if (linear instanceof ConvolutionLayer layer) {
      layer.setHasBias(false);
    } else {
      ((DenseLayer) linear).setHasBias(false);
    }
    return linear;
  }

  @Override
  public List<Layer> convolution(ConvolutionLayer layer, ActivationLayer activation) {
    return convolution.layers(layer, activation);
  }

  @Override
  public List<Layer> dense(DenseLayer layer, ActivationLayer activation) {
    return dense.layers(layer, activation);
  }
}
