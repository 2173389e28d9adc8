package io.bnzoo.engine;

import java.util.Optional;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A loss function of Deeplearning4j's, of vectors or of each pixel.
 *
 * @param name of the layer
 * @param function none if the layer has no loss that can be computed from its values alone
 * @param activation what is applied to the values before they are given
 */
record LossHead(
    String name,
    Optional<ILossFunction> function,
    IActivation activation,
    OutputValues values,
    boolean isMean)
    implements OutputHead {

  @Override
  public INDArray predictions(float[] given) {
    return values.shaped(activation.getActivation(values.rows(given), false));
  }

  @Override
  public Optional<String> obstacle() {
    return function.isPresent()
        ? Optional.empty()
        : Optional.of("there is no kernel for the loss of " + name);
  }

  @Override
  public Loss loss(float[] given, INDArray labels, INDArray mask) {
    ILossFunction loss = function.orElseThrow(() -> new IllegalStateException(name));
    values.checkLabels(name, labels, given.length / values.size().values());
    INDArray rows = values.rows(given);
    INDArray expected = values.rows(labels);
    INDArray rowMask = values.rowsOfMask(mask);
    double score = loss.computeScore(expected, rows.dup(), activation, rowMask, false);
    INDArray gradient = loss.computeGradient(expected, rows, activation, rowMask);
    return new Loss(score, values.array(gradient));
  }
}
