package io.bnzoo.layer;

import static org.nd4j.common.base.Preconditions.checkArgument;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.Objects;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Initial weights whose rows or columns, whichever are fewer, are orthogonal to each other and of
 * length 1, so that a state keeps its length through many steps.
 *
 * <p>Source: A. Saxe, J. McClelland and S. Ganguli, "Exact solutions to the nonlinear dynamics of
 * learning in deep linear neural networks", 2013. For recurrent weights as in T. Cooijmans et al.,
 * "Recurrent Batch Normalization", 2016, and its code.
 */
public final class OrthogonalInit implements IWeightInit {
  private static final long serialVersionUID = 1;

  private static final int GATES = 4;

  private int blocks;
  private boolean identityFirst;

  /** For JSON, which then sets the fields. */
  private OrthogonalInit() {}

  private OrthogonalInit(int blocks, boolean identityFirst) {
    this.blocks = blocks;
    this.identityFirst = identityFirst;
  }

  /** For a matrix as a whole. */
  public static OrthogonalInit ofMatrix() {
    return new OrthogonalInit(1, false);
  }

  /**
   * For the recurrent weights of an LSTM, [H,4H]: the identity for the candidate, which comes first
   * in Deeplearning4j's order, and an orthogonal matrix for each of the three gates.
   */
  public static OrthogonalInit ofRecurrentWeights() {
    return new OrthogonalInit(GATES, true);
  }

  @Override
  public INDArray init(double fanIn, double fanOut, long[] shape, char order, INDArray view) {
    checkArgument(
        shape.length == 2
            && shape[1] % blocks == 0
            && (!identityFirst || shape[1] == GATES * shape[0]),
        "%s is for a matrix%s, got the shape %s",
        getClass().getSimpleName(),
        identityFirst ? " [H,4H]" : "",
        shape);
    INDArray weights = view.reshape(order, shape);
    long columns = shape[1] / blocks;
    for (int i = 0; i < blocks; i++) {
      INDArray block = weights.get(all(), interval(i * columns, (i + 1) * columns));
      block.assign(
          identityFirst && i == 0
              ? Nd4j.eye(columns).castTo(view.dataType())
              : orthogonal(shape[0], columns).castTo(view.dataType()));
    }
    return weights;
  }

  private static INDArray orthogonal(long rows, long columns) {
    if (rows > columns) {
      return orthogonal(columns, rows).transpose();
    }
    double[][] matrix = Nd4j.randn(DataType.DOUBLE, rows, columns).toDoubleMatrix();
    for (int i = 0; i < matrix.length; i++) {
      // Twice, since rounding leaves something of the others after the first time.
      for (int j = 0; j < 2 * i; j++) {
        subtractProjection(matrix[i], matrix[j % i]);
      }
      scaleToLengthOne(matrix[i]);
    }
    return Nd4j.createFromArray(matrix);
  }

  private static void subtractProjection(double[] vector, double[] direction) {
    double length = dot(vector, direction);
    for (int k = 0; k < vector.length; k++) {
      vector[k] -= length * direction[k];
    }
  }

  private static void scaleToLengthOne(double[] vector) {
    double length = Math.sqrt(dot(vector, vector));
    for (int k = 0; k < vector.length; k++) {
      vector[k] /= length;
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OrthogonalInit init
        && init.blocks == blocks
        && init.identityFirst == identityFirst;
  }

  @Override
  public int hashCode() {
    return Objects.hash(blocks, identityFirst);
  }
}
