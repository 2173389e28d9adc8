package io.bnzoo.compiler;

import static io.bnzoo.compiler.ParameterStore.Quantity.FIRST_MOMENT;
import static io.bnzoo.compiler.ParameterStore.Quantity.GRADIENTS;
import static io.bnzoo.compiler.ParameterStore.Quantity.SECOND_MOMENT;
import static io.bnzoo.compiler.ParameterStore.Quantity.THIRD_MOMENT;
import static io.bnzoo.compiler.ParameterStore.Quantity.VALUES;

import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Kernel;
import java.util.List;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.RmsProp;

/**
 * A step whose size depends on each value's past gradients.
 *
 * <p>In the formulas, g is the gradient, r the learning rate, t the step, from 1. The moments are
 * in Deeplearning4j's order. Where a value never had a gradient and epsilon is 0, it stays, while
 * Deeplearning4j divides 0 by 0.
 *
 * @param rate where the kernels find the factor
 * @param factor of the step
 */
record AdaptiveRule(Floats rate, Factor factor, List<Kernel> kernels) implements UpdateRule {
  /** What Deeplearning4j adds to the largest gradient of AdaMax in each step. */
  private static final double MARGIN = 1e-32;

  /** What a step multiplies a direction with. */
  interface Factor {
    double at(int iteration, int epoch);
  }

  @Override
  public boolean hasKernels() {
    return true;
  }

  @Override
  public void apply(int iteration, int epoch) {
    rate.write(new float[] {(float) factor.at(iteration, epoch)});
    kernels.forEach(Kernel::run);
  }

  /**
   * {@code m = beta1 * m + (1 - beta1) * g}, {@code v = beta2 * v + (1 - beta2) * g^2}, {@code
   * values -= r * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)}.
   */
  static UpdateRule adam(Adam adam, GroupKernels group) {
    return new AdaptiveRule(
        group.rate(),
        corrected(adam, adam.getBeta1(), adam.getBeta2()),
        List.of(
            group.average(FIRST_MOMENT, GRADIENTS, adam.getBeta1()),
            group.averageOfSquares(SECOND_MOMENT, GRADIENTS, adam.getBeta2()),
            group.stepByRoot(FIRST_MOMENT, SECOND_MOMENT, adam.getEpsilon())));
  }

  /** As Adam, by the largest v there has been; its correction is in no paper. */
  static UpdateRule amsGrad(AMSGrad amsGrad, GroupKernels group) {
    return new AdaptiveRule(
        group.rate(),
        corrected(amsGrad, amsGrad.getBeta1(), amsGrad.getBeta2()),
        List.of(
            group.average(FIRST_MOMENT, GRADIENTS, amsGrad.getBeta1()),
            group.averageOfSquares(SECOND_MOMENT, GRADIENTS, amsGrad.getBeta2()),
            group.maximum(THIRD_MOMENT, SECOND_MOMENT),
            group.stepByRoot(FIRST_MOMENT, THIRD_MOMENT, amsGrad.getEpsilon())));
  }

  private static Factor corrected(IUpdater updater, double beta1, double beta2) {
    return (iteration, epoch) -> {
      int t = iteration + 1;
      double correction = Math.sqrt(1 - Math.pow(beta2, t)) / (1 - Math.pow(beta1, t));
      return -updater.getLearningRate(iteration, epoch) * correction;
    };
  }

  /**
   * {@code m = beta1 * m + (1 - beta1) * g}, {@code u = max(beta2 * u, |g|)}, {@code values -= r /
   * (1 - beta1^t) * m / u}. There is no epsilon.
   */
  static UpdateRule adaMax(AdaMax adaMax, GroupKernels group) {
    double beta1 = adaMax.getBeta1();
    float beta2 = (float) adaMax.getBeta2();
    Floats largest = group.floats(SECOND_MOMENT);
    return new AdaptiveRule(
        group.rate(),
        overCorrection(adaMax, beta1),
        List.of(
            group.average(FIRST_MOMENT, GRADIENTS, beta1),
            () -> largest.scale(beta2),
            group.largestMagnitude(SECOND_MOMENT, GRADIENTS, MARGIN),
            group.stepByQuotient(FIRST_MOMENT, SECOND_MOMENT)));
  }

  /**
   * As Adam, but {@code values -= r / (1 - beta1^t) * (beta1 * m + (1 - beta1) * g) / (sqrt(v) +
   * epsilon)}: unlike the paper's, v is not corrected, and m by the power of this step.
   */
  static UpdateRule nadam(Nadam nadam, GroupKernels group) {
    double beta1 = nadam.getBeta1();
    return new AdaptiveRule(
        group.rate(),
        overCorrection(nadam, beta1),
        List.of(
            group.average(FIRST_MOMENT, GRADIENTS, beta1),
            group.averageOfSquares(SECOND_MOMENT, GRADIENTS, nadam.getBeta2()),
            group.average(GRADIENTS, FIRST_MOMENT, 1 - beta1),
            group.stepByRoot(GRADIENTS, SECOND_MOMENT, nadam.getEpsilon())));
  }

  private static Factor overCorrection(IUpdater updater, double beta1) {
    return (iteration, epoch) ->
        -updater.getLearningRate(iteration, epoch) / (1 - Math.pow(beta1, iteration + 1));
  }

  /** {@code v = decay * v + (1 - decay) * g^2}, {@code values -= r * g / (sqrt(v) + epsilon)}. */
  static UpdateRule rmsProp(RmsProp rmsProp, GroupKernels group) {
    return new AdaptiveRule(
        group.rate(),
        (iteration, epoch) -> -rmsProp.getLearningRate(iteration, epoch),
        List.of(
            group.averageOfSquares(FIRST_MOMENT, GRADIENTS, rmsProp.getRmsDecay()),
            group.stepByRoot(GRADIENTS, FIRST_MOMENT, rmsProp.getEpsilon())));
  }

  /** {@code v = v + g^2}, {@code values -= r * g / (sqrt(v) + epsilon)}. */
  static UpdateRule adaGrad(AdaGrad adaGrad, GroupKernels group) {
    return new AdaptiveRule(
        group.rate(),
        (iteration, epoch) -> -adaGrad.getLearningRate(iteration, epoch),
        List.of(
            group.sumOfSquares(FIRST_MOMENT, GRADIENTS),
            group.stepByRoot(GRADIENTS, FIRST_MOMENT, adaGrad.getEpsilon())));
  }

  /**
   * {@code v = rho * v + (1 - rho) * g^2}, {@code d = g * sqrt(w + epsilon) / sqrt(v + epsilon)},
   * {@code w = rho * w + (1 - rho) * d^2}, {@code values -= d}.
   */
  static UpdateRule adaDelta(AdaDelta adaDelta, GroupKernels group) {
    Floats values = group.floats(VALUES);
    Floats step = group.floats(GRADIENTS);
    return new AdaptiveRule(
        group.rate(),
        (iteration, epoch) -> -1,
        List.of(
            group.averageOfSquares(FIRST_MOMENT, GRADIENTS, adaDelta.getRho()),
            group.overRoot(GRADIENTS, FIRST_MOMENT, adaDelta.getEpsilon()),
            group.timesRoot(GRADIENTS, SECOND_MOMENT, adaDelta.getEpsilon()),
            group.averageOfSquares(SECOND_MOMENT, GRADIENTS, adaDelta.getRho()),
            () -> values.add(-1, step)));
  }
}
