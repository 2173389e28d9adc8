package io.bnzoo.engine;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * An output layer's loss, from logits [N,classes] and one-hot labels.
 *
 * <p>The two cross-entropies are {@link CrossEntropy}'s; any other loss is left to Deeplearning4j.
 */
interface LogitLoss {

  /** The mean over the batch. */
  double mean(INDArray logits, INDArray labels);

  /**
   * The loss of a network's last layer.
   *
   * @throws IllegalArgumentException if that is no output or loss layer
   */
  static LogitLoss of(MultiLayerConfiguration configuration) {
    BaseLayer outputLayer = outputLayer(configuration);
    ILossFunction function =
        outputLayer instanceof LossLayer lossLayer
            ? lossLayer.getLossFn()
            : ((BaseOutputLayer) outputLayer).getLossFn();
    IActivation activation = outputLayer.getActivationFn();
    if (function instanceof LossBinaryXENT binary && activation instanceof ActivationSigmoid) {
      return CrossEntropy.ofSigmoid(binary.getWeights());
    }
    // LossNegativeLogLikelihood is a LossMCXENT by another name.
    if (function instanceof LossMCXENT multiClass
        && activation instanceof ActivationSoftmax
        && multiClass.getWeights() == null) {
      return CrossEntropy.ofSoftmax();
    }
    return (logits, labels) -> function.computeScore(labels, logits, activation, null, true);
  }

  /** The layer that has a network's loss. */
  static BaseLayer outputLayer(MultiLayerConfiguration configuration) {
    int last = configuration.getConfs().size() - 1;
    Layer layer = configuration.getConf(last).getLayer();
    if (layer instanceof BaseOutputLayer output) {
      return output;
    }
    if (layer instanceof LossLayer lossLayer) {
      return lossLayer;
    }
    throw new IllegalArgumentException(
        "the network's last layer must be an output or loss layer, got "
            + layer.getClass().getSimpleName());
  }
}
