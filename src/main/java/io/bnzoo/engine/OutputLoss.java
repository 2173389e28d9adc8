package io.bnzoo.engine;

import io.bnzoo.data.ImageBatch;
import io.bnzoo.zoo.MeanSigmoidCrossEntropy;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/** What a network's configuration says of its loss. */
record OutputLoss(ILossFunction function, IActivation activation) {

  /** LossNegativeLogLikelihood is a LossMCXENT by another name. */
  private static final Set<Class<?>> MULTI_CLASS =
      Set.of(LossMCXENT.class, LossNegativeLogLikelihood.class);

  /**
   * That of its last layer.
   *
   * @throws IllegalArgumentException if that is no output or loss layer
   */
  static OutputLoss of(MultiLayerConfiguration configuration) {
    BaseLayer layer = layer(configuration);
    ILossFunction function =
        layer instanceof LossLayer lossLayer
            ? lossLayer.getLossFn()
            : ((BaseOutputLayer) layer).getLossFn();
    return new OutputLoss(function, layer.getActivationFn());
  }

  /** The layer that has a network's loss. */
  static BaseLayer layer(MultiLayerConfiguration configuration) {
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

  /** How near to 0 and 1 it lets probabilities come in training, 0 if as they are. */
  double clipping() {
    if (function instanceof LossBinaryXENT binary) {
      return binary.getClipEps();
    }
    return function instanceof LossMCXENT multiClass ? multiClass.getSoftmaxClipEps() : 0;
  }

  /** The same from logits: a cross-entropy where it is one, else by Deeplearning4j's own way. */
  LogitLoss ofLogits() {
    Optional<CrossEntropy> exact = crossEntropy();
    return exact.isPresent() ? exact.get() : this::dl4j;
  }

  private double dl4j(Logits logits, ImageBatch images) {
    BatchCheck.loss(logits, images);
    return function.computeScore(images.oneHotLabels(), logits.array(), activation, null, true);
  }

  /** What it is if it is one of the two cross-entropies. */
  Optional<CrossEntropy> crossEntropy() {
    // A subclass may compute anything, so classes are compared.
    if (activation.getClass() == ActivationSigmoid.class) {
      if (function.getClass() == MeanSigmoidCrossEntropy.class) {
        return Optional.of(CrossEntropy.ofMeanSigmoid());
      }
      if (function.getClass() == LossBinaryXENT.class) {
        return Optional.of(CrossEntropy.ofSigmoid(((LossBinaryXENT) function).getWeights()));
      }
    }
    return MULTI_CLASS.contains(function.getClass())
            && activation.getClass() == ActivationSoftmax.class
            && ((LossMCXENT) function).getWeights() == null
        ? Optional.of(CrossEntropy.ofSoftmax())
        : Optional.empty();
  }
}
