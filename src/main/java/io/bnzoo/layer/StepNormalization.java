package io.bnzoo.layer;

import io.bnzoo.layer.BatchNormLstmParameters.Normalized;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Batch normalization of one of an LSTM's three normalized values, step after step.
 *
 * <p>A step's value is [N,F], and gamma, mean and variance are [F]. In training the mean and the
 * variance are those of the sequences that are there; in inference the running ones of the step.
 */
final class StepNormalization {
  private final INDArray gamma;
  private final INDArray runningMeans;
  private final INDArray runningVariances;
  private final double epsilon;
  private final boolean training;
  private final List<Step> steps = new ArrayList<>();

  /**
   * What the way back needs of a step.
   *
   * @param time the step's number in its sequence
   * @param row of the running statistics
   * @param count how many sequences are there
   * @param normalized (z - mean) / sqrt(variance + epsilon), 0 where a sequence is not there
   * @param inverseDeviation 1 / sqrt(variance + epsilon)
   */
  private record Step(
      long time,
      long row,
      double count,
      INDArray normalized,
      INDArray inverseDeviation,
      INDArray mean,
      INDArray variance) {}

  /** Keeps an array from a step until the gradient has been taken. */
  interface Keeper {
    INDArray keep(INDArray array);
  }

  StepNormalization(
      Normalized normalized, Map<String, INDArray> parameters, double epsilon, boolean training) {
    this.gamma = parameters.get(normalized.gamma());
    this.runningMeans = parameters.get(normalized.mean());
    this.runningVariances = parameters.get(normalized.variance());
    this.epsilon = epsilon;
    this.training = training;
  }

  /**
   * gamma * (z - mean) / sqrt(variance + epsilon); 0 where a sequence is not there.
   *
   * @param time the step's number in its sequence, from 0
   */
  INDArray forward(INDArray z, long time, Presence presence) {
    return step(z, time, presence).normalized.mulRowVector(gamma);
  }

  /** The same, and keeps what {@link #backward} needs. */
  INDArray forward(INDArray z, long time, Presence presence, Keeper keeper) {
    Step step = step(z, time, presence);
    steps.add(
        new Step(
            step.time,
            step.row,
            step.count,
            keeper.keep(step.normalized),
            keeper.keep(step.inverseDeviation),
            keeper.keep(step.mean),
            keeper.keep(step.variance)));
    return step.normalized.mulRowVector(gamma);
  }

  private Step step(INDArray z, long time, Presence presence) {
    long row = Math.min(time, runningMeans.rows() - 1);
    INDArray mean = training ? presence.mean(z) : runningMeans.getRow(row);
    INDArray centered = z.subRowVector(mean);
    INDArray variance =
        training ? presence.mean(centered.mul(centered)) : runningVariances.getRow(row);
    INDArray inverseDeviation = Transforms.sqrt(variance.add(epsilon)).rdivi(1);
    INDArray normalized = presence.only(centered.muliRowVector(inverseDeviation));
    return new Step(time, row, presence.count(), normalized, inverseDeviation, mean, variance);
  }

  /**
   * The gradient by z of the forward pass's step of that number. Through the batch's mean and
   * variance it is inverseDeviation * (d - mean(d) - normalized * mean(d * normalized)) with d =
   * gamma * gradient.
   *
   * @param gradient by the result, 0 where a sequence is not there
   * @param ofGamma to which gamma's gradient is added
   */
  INDArray backward(int index, INDArray gradient, Presence presence, INDArray ofGamma) {
    Step step = steps.get(index);
    ofGamma.addi(gradient.mul(step.normalized).sum(0));
    INDArray d = gradient.mulRowVector(gamma);
    if (training) {
      INDArray throughVariance =
          step.normalized.mulRowVector(presence.mean(d.mul(step.normalized)));
      d.subiRowVector(presence.mean(d)).subi(throughVariance);
    }
    return presence.only(d.muliRowVector(step.inverseDeviation));
  }

  /**
   * Adds to what a training step subtracts from the running statistics: {@code (1 - decay) *
   * (running - batch)}, where steps that share a row have the average of theirs.
   */
  void statisticSteps(double decay, INDArray ofMeans, INDArray ofVariances) {
    if (!training) {
      return;
    }
    List<Step> present = steps.stream().filter(step -> step.count > 0).toList();
    Map<Long, Long> sharing =
        present.stream().collect(Collectors.groupingBy(Step::row, Collectors.counting()));
    for (Step step : present) {
      double share = (1 - decay) / sharing.get(step.row);
      INDArray mean = runningMeans.getRow(step.row);
      INDArray variance = runningVariances.getRow(step.row);
      ofMeans.getRow(step.row).addi(mean.sub(step.mean).muli(share));
      ofVariances.getRow(step.row).addi(variance.sub(step.variance).muli(share));
    }
  }

  /** Adds the batch's statistics of each step that was kept. */
  void addTo(StatisticSums sums) {
    steps.forEach(
        step ->
            sums.add(
                step.time, step.count, step.mean.toDoubleVector(), step.variance.toDoubleVector()));
  }

  /** Which sequences a step has. */
  static final class Presence {
    private final INDArray mask;
    private final double count;

    private Presence(INDArray mask, double count) {
      this.mask = mask;
      this.count = count;
    }

    /** All of them. */
    static Presence all(long sequences) {
      return new Presence(null, sequences);
    }

    /**
     * Some of them.
     *
     * @param mask [N,1], 1 where a sequence is there and 0 where it is not
     */
    static Presence of(INDArray mask) {
      return new Presence(mask, mask.sumNumber().doubleValue());
    }

    double count() {
      return count;
    }

    /** The mean over those that are there, [F]; 0 if none is. */
    INDArray mean(INDArray values) {
      INDArray there = mask == null ? values : values.mulColumnVector(mask);
      return there.sum(0).divi(Math.max(1, count));
    }

    /** The array with 0 for those that are not there, in its place. */
    INDArray only(INDArray values) {
      return mask == null ? values : values.muliColumnVector(mask);
    }
  }
}
