package io.bnzoo.zoo;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/** Hidden blocks that a test writes down as two functions. */
public record WrittenBlocks(Block convolution, Block dense) implements HiddenBlocks {

  /** The layers of a block, given its linear layer and its activation. */
  public interface Block {
    List<Layer> layers(Layer linear, ActivationLayer activation);
  }

  /** A block as it was. */
  public static final Block UNCHANGED = (linear, activation) -> List.of(linear, activation);

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
