package io.bnzoo.engine;

import io.bnzoo.compiler.NetworkGraph;
import io.bnzoo.compiler.Operation.MapSize;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.layers.objdetect.Yolo2OutputLayer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** What Deeplearning4j makes of one of a network's outputs: predictions, and the loss. */
interface OutputHead {

  /**
   * The loss of a batch.
   *
   * @param score the sum over the batch
   * @param gradients by the values, [N,F] or [N,C,H,W]
   */
  record Loss(double score, INDArray gradients) {
    /** The gradients channel after channel, row by row, each times a factor. */
    float[] gradient(float factor) {
      return gradients.mul(factor).dup('c').data().asFloat();
    }
  }

  /**
   * The network's predictions.
   *
   * @param values as the compiled network gives them
   * @return [N,F], or [N,C,H,W] or [N,H,W,C]
   */
  INDArray predictions(float[] values);

  /** Why there is no loss to be trained by; empty if there is one. */
  Optional<String> obstacle();

  /**
   * The loss of a batch.
   *
   * @param mask of the labels; null without one
   * @throws IllegalArgumentException if the labels have another shape
   */
  Loss loss(float[] values, INDArray labels, INDArray mask);

  /** Whether the score is a mean over the batch even where the network minimizes sums. */
  boolean isMean();

  /** That of a layer, or of a vertex without one. */
  static OutputHead of(Optional<Layer> layer, NetworkGraph.Output output, MapSize size) {
    OutputValues values = new OutputValues(size, output.images());
    if (layer.isEmpty()) {
      return new LossHead("a vertex", Optional.empty(), new ActivationIdentity(), values, false);
    }
    org.deeplearning4j.nn.conf.layers.Layer settings = layer.get().conf().getLayer();
    String name = settings.getClass().getSimpleName() + " " + settings.getLayerName();
    if (layer.get() instanceof Yolo2OutputLayer detection) {
      return new DetectionHead(detection, values);
    }
    if (settings instanceof BaseOutputLayer given) {
      boolean whole = settings.getClass() == OutputLayer.class; // Not that of centres.
      Optional<ILossFunction> function = whole ? Optional.of(given.getLossFn()) : Optional.empty();
      return new LossHead(name, function, given.getActivationFn(), values, false);
    }
    if (settings instanceof LossLayer given) {
      return new LossHead(
          name, Optional.of(given.getLossFn()), given.getActivationFn(), values, true);
    }
    if (settings instanceof CnnLossLayer given) {
      return new LossHead(
          name, Optional.of(given.getLossFn()), given.getActivationFn(), values, true);
    }
    return new LossHead(name, Optional.empty(), new ActivationIdentity(), values, false);
  }
}
