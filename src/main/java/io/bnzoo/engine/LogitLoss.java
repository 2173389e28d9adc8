package io.bnzoo.engine;

import io.bnzoo.zoo.MeanSigmoidCrossEntropy;
import java.util.Set;
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
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/**
 * An output layer's loss, from logits [N,classes] and one-hot labels.
 *
 * <p>The two cross-entropies are {@link CrossEntropy}'s; any other loss is left to Deeplearning4j.
 */
interface LogitLoss {

  /** LossNegativeLogLikelihood is a LossMCXENT by another name. */
  Set<Class<?>> MULTI_CLASS = Set.of(LossMCXENT.class, LossNegativeLogLikelihood.class);

  /**
   * The mean over the batch.
   *
   * @throws IllegalArgumentException if the two have not the same shape, [N,classes]
   */
  double mean(INDArray logits, INDArray labels);

  /**
   * The loss of a network's last layer.
   *
   * @throws IllegalArgumentException if that is no output or loss layer
   */
  static LogitLoss of(MultiLayerConfiguration configuration) {
    ILossFunction function = function(configuration);
    IActivation activation = outputLayer(configuration).getActivationFn();
    // A subclass may compute anything, so classes are compared.
    if (function.getClass() == MeanSigmoidCrossEntropy.class
        && activation.getClass() == ActivationSigmoid.class) {
      return CrossEntropy.ofMeanSigmoid();
    }
    if (function.getClass() == LossBinaryXENT.class
        && activation.getClass() == ActivationSigmoid.class) {
      return CrossEntropy.ofSigmoid(((LossBinaryXENT) function).getWeights());
    }
    if (MULTI_CLASS.contains(function.getClass())
        && activation.getClass() == ActivationSoftmax.class
        && ((LossMCXENT) function).getWeights() == null) {
      return CrossEntropy.ofSoftmax();
    }
    return (logits, labels) -> {
      BatchCheck.loss(logits, labels);
      return function.computeScore(labels, logits, activation, null, true);
    };
  }

  /** How near to 0 and 1 a network's loss lets probabilities come in training, 0 if as they are. */
  static double clipping(MultiLayerConfiguration configuration) {
    ILossFunction function = function(configuration);
    if (function instanceof LossBinaryXENT binary) {
      return binary.getClipEps();
    }
    return function instanceof LossMCXENT multiClass ? multiClass.getSoftmaxClipEps() : 0;
  }

  private static ILossFunction function(MultiLayerConfiguration configuration) {
    BaseLayer outputLayer = outputLayer(configuration);
    return outputLayer instanceof LossLayer lossLayer
        ? lossLayer.getLossFn()
        : ((BaseOutputLayer) outputLayer).getLossFn();
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
