package io.bnzoo.engine;

import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
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
 * <p>The two cross-entropies are computed as TensorFlow's {@code ..._with_logits} functions do, in
 * double precision and without clipping; any other loss is left to Deeplearning4j.
 */
interface LogitLoss {

  /** The mean over the batch. */
  double mean(INDArray logits, INDArray labels);

  static LogitLoss of(BaseLayer outputLayer) {
    ILossFunction function =
        outputLayer instanceof LossLayer lossLayer
            ? lossLayer.getLossFn()
            : ((BaseOutputLayer) outputLayer).getLossFn();
    IActivation activation = outputLayer.getActivationFn();
    if (function instanceof LossBinaryXENT binary && activation instanceof ActivationSigmoid) {
      return new SigmoidCrossEntropy(binary.getWeights());
    }
    // LossNegativeLogLikelihood is a LossMCXENT by another name.
    if (function instanceof LossMCXENT multiClass
        && activation instanceof ActivationSoftmax
        && multiClass.getWeights() == null) {
      return new SoftmaxCrossEntropy();
    }
    return (logits, labels) -> function.computeScore(labels, logits, activation, null, true);
  }

  /**
   * The weighted sum over classes of {@code max(z, 0) - z y + log(1 + exp(-|z|))}.
   *
   * @param weights [1,classes], or null for ones, as {@link LossBinaryXENT} has it
   */
  record SigmoidCrossEntropy(INDArray weights) implements LogitLoss {
    @Override
    public double mean(INDArray logits, INDArray labels) {
      double[] z = rowByRow(logits);
      double[] y = rowByRow(labels);
      double sum = 0;
      for (int i = 0; i < z.length; i++) {
        double weight = weights == null ? 1 : weights.getDouble(i % logits.columns());
        sum += weight * (Math.max(z[i], 0) - z[i] * y[i] + Math.log1p(Math.exp(-Math.abs(z[i]))));
      }
      return sum / logits.rows();
    }
  }

  /** {@code log(sum over k of exp(z_k)) - z_y}. */
  record SoftmaxCrossEntropy() implements LogitLoss {
    @Override
    public double mean(INDArray logits, INDArray labels) {
      double[] z = rowByRow(logits);
      double[] y = rowByRow(labels);
      double sum = 0;
      for (int start = 0; start < z.length; start += logits.columns()) {
        sum += rowLoss(z, y, start, start + logits.columns());
      }
      return sum / logits.rows();
    }

    private static double rowLoss(double[] z, double[] y, int start, int end) {
      double largest = z[start];
      for (int k = start; k < end; k++) {
        largest = Math.max(largest, z[k]);
      }
      double exponentials = 0;
      double picked = 0;
      for (int k = start; k < end; k++) {
        exponentials += Math.exp(z[k] - largest);
        picked += y[k] * z[k];
      }
      return largest + Math.log(exponentials) - picked;
    }
  }

  /** All values at once, a row after the other; asking for each would take most of the time. */
  private static double[] rowByRow(INDArray matrix) {
    return matrix.dup('c').data().asDouble();
  }
}
