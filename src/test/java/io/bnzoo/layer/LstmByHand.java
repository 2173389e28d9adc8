package io.bnzoo.layer;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The paper's equations in plain Java, one sequence and one value at a time, as a second opinion.
 */
final class LstmByHand {
  private final Map<String, INDArray> p;
  private final int outputs;
  private final double epsilon;

  /** The batch's statistics of each step, by the name of the running one. */
  final Map<String, double[][]> statistics = new java.util.TreeMap<>();

  LstmByHand(Map<String, INDArray> parameters, double epsilon) {
    this.p = parameters;
    this.outputs = (int) parameters.get("RW").size(0);
    this.epsilon = epsilon;
  }

  /**
   * The outputs [T][N][H] of sequences [N,I,T].
   *
   * @param mask [N,T]; may be null
   * @param training by the batch's statistics instead of the running ones
   */
  double[][][] outputs(INDArray sequences, INDArray mask, boolean training) {
    int n = (int) sequences.size(0);
    int length = (int) sequences.size(2);
    double[][][] result = new double[length][][];
    double[][] h = new double[n][outputs];
    double[][] c = new double[n][outputs];
    for (int t = 0; t < length; t++) {
      boolean[] there = new boolean[n];
      double[][] x = new double[n][(int) sequences.size(1)];
      for (int k = 0; k < n; k++) {
        there[k] = mask == null || mask.getDouble(k, t) != 0;
        for (int i = 0; i < x[k].length; i++) {
          x[k][i] = sequences.getDouble(k, i, t);
        }
      }
      double[][] fromInput = normalized("Input", times(x, p.get("W")), t, there, training);
      double[][] fromState = normalized("State", times(h, p.get("RW")), t, there, training);
      h = new double[n][outputs];
      double[][] before = c;
      c = new double[n][outputs];
      for (int k = 0; k < n; k++) {
        for (int j = 0; there[k] && j < outputs; j++) {
          double candidate = Math.tanh(gate(fromInput, fromState, k, j));
          double forget = sigmoid(gate(fromInput, fromState, k, outputs + j));
          double input = sigmoid(gate(fromInput, fromState, k, 3 * outputs + j));
          c[k][j] = forget * before[k][j] + input * candidate;
        }
      }
      double[][] seen = normalized("Cell", c, t, there, training);
      for (int k = 0; k < n; k++) {
        for (int j = 0; there[k] && j < outputs; j++) {
          double output = sigmoid(gate(fromInput, fromState, k, 2 * outputs + j));
          h[k][j] = output * Math.tanh(seen[k][j] + p.get("betaCell").getDouble(j));
        }
      }
      result[t] = h;
    }
    return result;
  }

  private double gate(double[][] fromInput, double[][] fromState, int k, int column) {
    return fromInput[k][column] + fromState[k][column] + p.get("b").getDouble(column);
  }

  private double[][] normalized(
      String what, double[][] z, int t, boolean[] there, boolean training) {
    INDArray means = p.get("mean" + what);
    int row = Math.min(t, (int) means.size(0) - 1);
    int width = z[0].length;
    double[][] result = new double[z.length][width];
    double[] batchMeans = new double[width];
    double[] batchVariances = new double[width];
    for (int j = 0; j < width; j++) {
      int count = 0;
      double sum = 0;
      for (int k = 0; k < z.length; k++) {
        count += there[k] ? 1 : 0;
        sum += there[k] ? z[k][j] : 0;
      }
      batchMeans[j] = sum / count;
      double squares = 0;
      for (int k = 0; k < z.length; k++) {
        squares += there[k] ? (z[k][j] - batchMeans[j]) * (z[k][j] - batchMeans[j]) : 0;
      }
      batchVariances[j] = squares / count;
      double mean = training ? batchMeans[j] : means.getDouble(row, j);
      double variance = training ? batchVariances[j] : p.get("variance" + what).getDouble(row, j);
      for (int k = 0; k < z.length; k++) {
        double normalized = (z[k][j] - mean) / Math.sqrt(variance + epsilon);
        result[k][j] = p.get("gamma" + what).getDouble(j) * normalized;
      }
    }
    statistics.computeIfAbsent("mean" + what, key -> new double[64][])[t] = batchMeans;
    statistics.computeIfAbsent("variance" + what, key -> new double[64][])[t] = batchVariances;
    return result;
  }

  private static double[][] times(double[][] rows, INDArray matrix) {
    double[][] weights = matrix.toDoubleMatrix();
    double[][] product = new double[rows.length][weights[0].length];
    for (int k = 0; k < rows.length; k++) {
      for (int i = 0; i < weights.length; i++) {
        for (int j = 0; j < weights[0].length; j++) {
          product[k][j] += rows[k][i] * weights[i][j];
        }
      }
    }
    return product;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
