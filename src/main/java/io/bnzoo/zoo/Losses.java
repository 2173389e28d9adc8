package io.bnzoo.zoo;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * TensorFlow's losses in Deeplearning4j's own classes, so that a saved model opens without this
 * library.
 */
final class Losses {

  /**
   * Where probabilities are cut off: roughly the closest to 1 that a float can tell from it.
   * Deeplearning4j's 1e-5 would cut the gradient of an output that is wrong by more than 11.5 in
   * its logit; so it is 16.
   */
  private static final double CLIP = 1e-7;

  private Losses() {}

  /** The mean over batch and classes; Deeplearning4j alone would sum over the classes. */
  static ILossFunction meanSigmoidCrossEntropy(int classes) {
    INDArray share = Nd4j.valueArrayOf(new long[] {1, classes}, 1.0 / classes, DataType.FLOAT);
    return new LossBinaryXENT(CLIP, share);
  }

  /** The mean over the batch. */
  static ILossFunction softmaxCrossEntropy() {
    return new LossMCXENT();
  }
}
