package io.bnzoo.parity;

import io.bnzoo.engine.Statistics;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/** A training run in double precision. */
final class ExactTraining {
  private static final double BETA_1 = 0.9;
  private static final double BETA_2 = 0.999;
  private static final double ADAM_EPSILON = 1e-8;

  /**
   * Some images and what they show.
   *
   * @param images [pixels, 1, images]
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
  record Batch(double[] images, int[] labels) {
    int size() {
      return labels.length;
    }
  }

  private final ExactNetwork network;
  private final IUpdater updater;
  private final double decay;
  private final Map<String, double[]> parameters;
  private final Map<String, double[]> fusedVariances = new HashMap<>();
  private final Map<String, double[]> firstMoments = new HashMap<>();
  private final Map<String, double[]> secondMoments = new HashMap<>();
  private int steps;

  /**
   * A run that has not begun.
   *
   * @param decay the share of a running statistic that a step keeps
   */
  ExactTraining(
      ExactNetwork network, IUpdater updater, double decay, Map<String, double[]> initial) {
    this.network = network;
    this.updater = updater;
    this.decay = decay;
    this.parameters = new TreeMap<>();
    initial.forEach((name, values) -> parameters.put(name, values.clone()));
  }

  /** One step; gives the loss before it. */
  double step(Batch batch) {
    ExactNetwork.Pass pass =
        network.forward(parameters, batch.images(), batch.size(), Statistics.BATCH);
    Map<String, double[]> gradients =
        network.gradients(parameters, pass, batch.labels(), ExactNetwork.Gates.BY_SIGN);
    step(gradients);
    moveStatistics(pass, batch.size());
    return network.loss().of(pass.logits(), batch.labels()).mean();
  }

  /** A step of the running statistics alone. */
  void moveStatistics(ExactNetwork.Pass pass, int images) {
    if (network.epsilon().isPresent()) {
      pass.traces().forEach(trace -> moveStatistics(trace, images));
    }
  }

  /** A step of the updater alone, by any gradients. */
  void step(Map<String, double[]> gradients) {
    steps++;
    if (updater instanceof Adam adam) {
      double correction = Math.sqrt(1 - Math.pow(BETA_2, steps)) / (1 - Math.pow(BETA_1, steps));
      double rate = adam.getLearningRate() * correction;
      gradients.forEach((name, gradient) -> adamStep(name, gradient, rate));
    } else if (updater instanceof Sgd sgd) {
      gradients.forEach(
          (name, gradient) -> {
            double[] values = parameters.get(name);
            for (int i = 0; i < values.length; i++) {
              values[i] -= sgd.getLearningRate() * gradient[i];
            }
          });
    } else {
      throw new IllegalStateException("no formula is known for " + updater);
    }
  }

  private void adamStep(String name, double[] gradient, double rate) {
    double[] values = parameters.get(name);
    double[] m = firstMoments.computeIfAbsent(name, any -> new double[values.length]);
    double[] v = secondMoments.computeIfAbsent(name, any -> new double[values.length]);
    for (int i = 0; i < values.length; i++) {
      m[i] = BETA_1 * m[i] + (1 - BETA_1) * gradient[i];
      v[i] = BETA_2 * v[i] + (1 - BETA_2) * gradient[i] * gradient[i];
      values[i] -= rate * m[i] / (Math.sqrt(v[i]) + ADAM_EPSILON);
    }
  }

  private void moveStatistics(ExactNetwork.Trace trace, int images) {
    String prefix = trace.block().name() + "-bn.population";
    double[] variance = trace.moments().variance();
    double n = (double) images * trace.block().linear().outPixels();
    // TensorFlow's fused batch norm is for convolutions only.
    double correction = trace.block().linear().kernel() > 1 ? n / (n - 1) : 1;
    double[] fused =
        fusedVariances.computeIfAbsent(prefix + "Variance", name -> parameters.get(name).clone());
    move(parameters.get(prefix + "Mean"), trace.moments().mean(), 1);
    move(parameters.get(prefix + "Variance"), variance, 1);
    move(fused, variance, correction);
  }

  private void move(double[] running, double[] batch, double factor) {
    for (int c = 0; c < running.length; c++) {
      running[c] = decay * running[c] + (1 - decay) * factor * batch[c];
    }
  }

  /** All parameters as they are now, copied. */
  Map<String, double[]> parameters() {
    Map<String, double[]> copy = new TreeMap<>();
    parameters.forEach((name, values) -> copy.put(name, values.clone()));
    return copy;
  }

  /**
   * The same with the running variances of TensorFlow's fused batch norm, which moves those of
   * convolutions by n/(n-1) times the biased variance of n values.
   */
  Map<String, double[]> parametersAsFused() {
    Map<String, double[]> copy = parameters();
    fusedVariances.forEach((name, values) -> copy.put(name, values.clone()));
    return copy;
  }
}
