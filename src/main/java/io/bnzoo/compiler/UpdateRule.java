package io.bnzoo.compiler;

import io.bnzoo.compiler.ParameterStore.Quantity;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.TensorPool;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;

/**
 * How a training step changes one group of parameters, given their gradients.
 *
 * <p>The formulas are Deeplearning4j's; learning rates may follow a schedule. The gradients are not
 * needed afterwards, and a rule may leave anything in their place.
 */
interface UpdateRule {

  /**
   * Changes the group's values.
   *
   * @param iteration how many steps came before, as Deeplearning4j counts them
   * @param epoch how many epochs came before
   */
  void apply(int iteration, int epoch);

  /** Whether it runs kernels, which have threads of their own and go one at a time. */
  default boolean hasKernels() {
    return false;
  }

  /** The rule of a group. */
  static UpdateRule of(ParameterStore.Group group, ParameterStore store, TensorPool pool) {
    GroupKernels kernels = new GroupKernels(group, store, pool);
    Floats values = kernels.floats(Quantity.VALUES);
    Floats gradients = kernels.floats(Quantity.GRADIENTS);
    if (group.update() instanceof Parameter.Averaged averaged) {
      return new RunningAverage(values, gradients, averaged.decay());
    }
    if (group.update() instanceof Parameter.AveragedLogDeviation averaged) {
      return new LogDeviation.RunningAverage(values, gradients, averaged.decay());
    }
    if (group.update() instanceof Parameter.Fixed) {
      return (iteration, epoch) -> {};
    }
    Parameter.Learned learned = (Parameter.Learned) group.update();
    UpdateRule plain = of(learned.updater(), kernels);
    UpdateRule rule =
        learned.regularizations().isEmpty() ? plain : new RegularizedRule(plain, learned, kernels);
    return learned.used() ? rule : new Unused(gradients, rule);
  }

  /** That of parameters which nothing depends on: their gradient is 0. */
  record Unused(Floats gradients, UpdateRule rule) implements UpdateRule {
    @Override
    public boolean hasKernels() {
      return rule.hasKernels();
    }

    @Override
    public void apply(int iteration, int epoch) {
      gradients.clear();
      rule.apply(iteration, epoch);
    }
  }

  private static UpdateRule of(IUpdater updater, GroupKernels group) {
    if (updater instanceof Nesterovs nesterovs) {
      return NesterovsRule.of(nesterovs, group);
    } else if (updater instanceof Adam adam) {
      return AdaptiveRule.adam(adam, group);
    } else if (updater instanceof AMSGrad amsGrad) {
      return AdaptiveRule.amsGrad(amsGrad, group);
    } else if (updater instanceof AdaMax adaMax) {
      return AdaptiveRule.adaMax(adaMax, group);
    } else if (updater instanceof Nadam nadam) {
      return AdaptiveRule.nadam(nadam, group);
    } else if (updater instanceof RmsProp rmsProp) {
      return AdaptiveRule.rmsProp(rmsProp, group);
    } else if (updater instanceof AdaGrad adaGrad) {
      return AdaptiveRule.adaGrad(adaGrad, group);
    } else if (updater instanceof AdaDelta adaDelta) {
      return AdaptiveRule.adaDelta(adaDelta, group);
    }
    return descent(updater, group);
  }

  /** {@code values -= rate * gradients}; the rate of {@link NoOp}, which has none, is 1. */
  private static UpdateRule descent(IUpdater updater, GroupKernels group) {
    Floats values = group.floats(Quantity.VALUES);
    Floats gradients = group.floats(Quantity.GRADIENTS);
    return (iteration, epoch) ->
        values.add(
            updater.hasLearningRate() ? (float) -updater.getLearningRate(iteration, epoch) : -1,
            gradients);
  }

  /** {@code average = decay * average + (1 - decay) * current}. */
  record RunningAverage(Floats average, Floats current, double decay) implements UpdateRule {
    @Override
    public void apply(int iteration, int epoch) {
      average.scale((float) decay);
      average.add((float) (1 - decay), current);
    }
  }

  /**
   * With momentum mu and learning rate r: {@code values -= mu * v}, {@code v = mu * v - r *
   * gradients}, {@code values += (1 + mu) * v}.
   */
  record NesterovsRule(Nesterovs nesterovs, Floats values, Floats gradients, Floats v)
      implements UpdateRule {

    static UpdateRule of(Nesterovs nesterovs, GroupKernels group) {
      return new NesterovsRule(
          nesterovs,
          group.floats(Quantity.VALUES),
          group.floats(Quantity.GRADIENTS),
          group.floats(Quantity.FIRST_MOMENT));
    }

    @Override
    public void apply(int iteration, int epoch) {
      float mu = (float) nesterovs.currentMomentum(iteration, epoch);
      values.add(-mu, v);
      v.scale(mu);
      v.add((float) -nesterovs.getLearningRate(iteration, epoch), gradients);
      values.add(1 + mu, v);
    }
  }
}
