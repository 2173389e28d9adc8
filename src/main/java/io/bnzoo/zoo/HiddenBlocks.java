package io.bnzoo.zoo;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * Hidden blocks of one's own in a zoo model: each pair of a linear layer and its activation is
 * handed out, and what comes back takes its place. The rest of the network, its updater and its
 * seed stay.
 *
 * <p>So a normalization can be tried that the zoo does not have, or one that it has be put in by
 * hand: the weights start as those of the zoo's own network with the same linear layers.
 */
public final class HiddenBlocks {
  private HiddenBlocks() {}

  /**
   * Writes one block.
   *
   * @param <L> its linear layer
   */
  @FunctionalInterface
  public interface Block<L extends FeedForwardLayer> {

    /**
     * The layers of the block, in order.
     *
     * @param linear a copy, with a bias; it may be changed but has to be among the layers returned
     */
    List<Layer> layers(L linear, ActivationLayer activation);
  }

  /**
   * The model's configuration with every hidden block replaced, as in {@code replace(model,
   * (convolution, relu) -> List.of(convolution, norm, relu), (dense, relu) -> List.of(dense, norm,
   * relu))}.
   *
   * <p>The layers that come back are copied, so one object may stand in several blocks. Those
   * without a name get that of the linear layer with {@code -} and their class's name.
   *
   * @param model without normalization
   * @param convolution writes the block of each convolution
   * @param dense writes the block of each dense layer
   * @throws IllegalArgumentException if the model has a normalization already, or is recurrent, or
   *     a block comes back without its linear layer
   */
  public static MultiLayerConfiguration replace(
      BatchNormModel model,
      Block<? super ConvolutionLayer> convolution,
      Block<? super DenseLayer> dense) {
    Check.given("model", model);
    Check.given("convolution", convolution);
    Check.given("dense", dense);
    Check.argument(
        !(model.spec().architecture() instanceof Architecture.Recurrent),
        "model must have blocks of a linear layer and an activation, %s has none",
        model.spec().model());
    if (!(model.spec().normalization() instanceof Normalization.None)) {
      throw new IllegalArgumentException(
          "the model must have no normalization, got " + model.spec().normalization().label());
    }
    List<Layer> plain =
        model.conf().getConfs().stream().map(NeuralNetConfiguration::getLayer).toList();
    LayerStack stack = new LayerStack(model.spec());
    for (int i = 0; i < plain.size() - 1; i += 2) {
      FeedForwardLayer linear = (FeedForwardLayer) plain.get(i).clone();
      ActivationLayer activation = (ActivationLayer) plain.get(i + 1).clone();
      List<Layer> block =
          linear instanceof ConvolutionLayer layer
              ? convolution.layers(layer, activation)
              : dense.layers((DenseLayer) linear, activation);
      stack.addAll(copies(block, linear));
    }
    stack.addAll(List.of(plain.get(plain.size() - 1).clone()));
    return plain.get(0) instanceof ConvolutionLayer ? stack.forImages() : stack.forVectors();
  }

  private static List<Layer> copies(List<Layer> block, Layer linear) {
    if (block == null || !block.contains(linear)) {
      throw new IllegalArgumentException(
          linear.getLayerName() + " itself is missing from the layers returned for its block");
    }
    if (block.stream().anyMatch(Objects::isNull)) {
      throw new IllegalArgumentException(
          "one of the layers returned for the block of " + linear.getLayerName() + " is null");
    }
    List<Layer> copies = new ArrayList<>();
    for (Layer layer : block) {
      Layer copy = layer.clone();
      if (copy.getLayerName() == null) {
        copy.setLayerName(linear.getLayerName() + "-" + layer.getClass().getSimpleName());
      }
      copies.add(copy);
    }
    return copies;
  }
}
