package io.bnzoo.parity;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the vectors that add up to a given one, each taken once or not at all.
 *
 * <p>What is made as small as possible, by taking or dropping one or two at a time, is the square
 * of what is left plus a share of the square of each vector taken: one that explains hardly more
 * than noise is not taken.
 */
final class BinaryLeastSquares {
  private static final double PRICE = 0.2;

  private final double[][] products;
  private final double[] gains;
  private final boolean[] taken;

  private BinaryLeastSquares(double[] sum, List<double[]> vectors) {
    int count = vectors.size();
    this.products = new double[count][count];
    this.gains = new double[count];
    this.taken = new boolean[count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        products[i][j] = product(vectors.get(i), vectors.get(j));
      }
      gains[i] = 2 * product(sum, vectors.get(i)) - (1 + PRICE) * products[i][i];
    }
  }

  /** The positions of the vectors that together come near to the sum. */
  static List<Integer> solve(double[] sum, List<double[]> vectors) {
    BinaryLeastSquares search = new BinaryLeastSquares(sum, vectors);
    boolean better = !vectors.isEmpty();
    for (int moves = 0; better && moves < 4 * vectors.size(); moves++) {
      better = search.move();
    }
    List<Integer> solution = new ArrayList<>();
    for (int i = 0; i < vectors.size(); i++) {
      if (search.taken[i]) {
        solution.add(i);
      }
    }
    return solution;
  }

  /** Takes or drops the one or two that gain most. */
  private boolean move() {
    int first = -1;
    int second = -1;
    double most = 0;
    for (int i = 0; i < taken.length; i++) {
      for (int j = i; j < taken.length; j++) {
        double gain = i == j ? gain(i) : gain(i) + gain(j) - crossing(i, j);
        if (gain > most * (1 + 1e-9)) {
          most = gain;
          first = i;
          second = j;
        }
      }
    }
    if (first < 0) {
      return false;
    }
    toggle(first);
    if (second != first) {
      toggle(second);
    }
    return true;
  }

  private double gain(int i) {
    return taken[i] ? -gains[i] : gains[i];
  }

  private double crossing(int i, int j) {
    return (taken[i] == taken[j] ? 2 : -2) * products[i][j];
  }

  /** Keeps for each vector what it would gain to take it, given the others that are taken. */
  private void toggle(int i) {
    int sign = taken[i] ? 1 : -1;
    for (int j = 0; j < taken.length; j++) {
      if (j != i) {
        gains[j] += sign * 2 * products[i][j];
      }
    }
    taken[i] ^= true;
  }

  private static double product(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }
}
