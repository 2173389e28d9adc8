package io.bnzoo.compiler;

import io.bnzoo.compiler.ParameterStore.Quantity;
import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Kernel;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Primitives;
import io.bnzoo.onednn.Tensor;
import io.bnzoo.onednn.TensorPool;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * How a training step changes one group of parameters, given their gradients.
 *
 * <p>The formulas are Deeplearning4j's; learning rates may follow a schedule.
 */
interface UpdateRule {

  /**
   * Changes the group's values.
   *
   * @param iteration how many steps came before, as Deeplearning4j counts them
   * @param epoch how many epochs came before
   */
  void apply(int iteration, int epoch);

  /** The rule of a group. */
  static UpdateRule of(ParameterStore.Group group, ParameterStore store, TensorPool pool) {
    Floats values = store.part(Quantity.VALUES, group);
    Floats gradients = store.part(Quantity.GRADIENTS, group);
    if (group.update() instanceof Parameter.Averaged averaged) {
      return new RunningAverage(values, gradients, averaged.decay());
    }
    if (group.update() instanceof Parameter.AveragedLogDeviation averaged) {
      return new LogDeviation.RunningAverage(values, gradients, averaged.decay());
    }
    Parameter.Learned learned = (Parameter.Learned) group.update();
    UpdateRule rule = learned(learned, group, store, pool);
    if (learned.l2() == 0) {
      return rule;
    }
    float l2 = (float) learned.l2();
    return learned.used()
        ? new WithL2(rule, values, gradients, l2)
        : (iteration, epoch) -> {
          gradients.copy(values);
          gradients.scale(l2);
          rule.apply(iteration, epoch);
        };
  }

  private static UpdateRule learned(
      Parameter.Learned learned,
      ParameterStore.Group group,
      ParameterStore store,
      TensorPool pool) {
    Floats values = store.part(Quantity.VALUES, group);
    Floats gradients = store.part(Quantity.GRADIENTS, group);
    if (learned.updater() instanceof Sgd sgd) {
      return (iteration, epoch) ->
          values.add((float) -sgd.getLearningRate(iteration, epoch), gradients);
    }
    if (learned.updater() instanceof Nesterovs nesterovs) {
      return new NesterovsRule(
          nesterovs, values, gradients, store.part(Quantity.FIRST_MOMENT, group));
    }
    return new AdamRule((Adam) learned.updater(), group, store, pool);
  }

  /** {@code average = decay * average + (1 - decay) * current}. */
  record RunningAverage(Floats average, Floats current, double decay) implements UpdateRule {
    @Override
    public void apply(int iteration, int epoch) {
      average.scale((float) decay);
      average.add((float) (1 - decay), current);
    }
  }

  /** Adds the gradient of {@code l2 / 2 * |values|^2}. */
  record WithL2(UpdateRule rule, Floats values, Floats gradients, float l2) implements UpdateRule {
    @Override
    public void apply(int iteration, int epoch) {
      gradients.add(l2, values);
      rule.apply(iteration, epoch);
    }
  }

  /**
   * With momentum mu and learning rate r: {@code values -= mu * v}, {@code v = mu * v - r *
   * gradients}, {@code values += (1 + mu) * v}.
   */
  record NesterovsRule(Nesterovs nesterovs, Floats values, Floats gradients, Floats v)
      implements UpdateRule {
    @Override
    public void apply(int iteration, int epoch) {
      float mu = (float) nesterovs.currentMomentum(iteration, epoch);
      values.add(-mu, v);
      v.scale(mu);
      v.add((float) -nesterovs.getLearningRate(iteration, epoch), gradients);
      values.add(1 + mu, v);
    }
  }

  /**
   * With learning rate r and step t, from 1: {@code m = beta1 * m + (1 - beta1) * gradients},
   * {@code v = beta2 * v + (1 - beta2) * gradients^2}, {@code values -= r * sqrt(1 - beta2^t) / (1
   * - beta1^t) * m / (sqrt(v) + epsilon)}.
   */
  final class AdamRule implements UpdateRule {
    private final Adam adam;
    private final Floats rate;
    private final List<Kernel> kernels;

    AdamRule(Adam adam, ParameterStore.Group group, ParameterStore store, TensorPool pool) {
      this.adam = adam;
      Layout layout = Layout.rowByRow(group.count());
      Tensor values = pool.tensor(layout, store.part(Quantity.VALUES, group));
      Tensor gradients = pool.tensor(layout, store.part(Quantity.GRADIENTS, group));
      Tensor mean = pool.tensor(layout, store.part(Quantity.FIRST_MOMENT, group));
      Tensor variance = pool.tensor(layout, store.part(Quantity.SECOND_MOMENT, group));
      Tensor one = pool.tensor(Layout.number(1), pool.constant(new float[] {1}));
      Tensor signedRate = pool.tensor(Layout.number(1));
      this.rate = signedRate.floats();
      this.kernels =
          List.of(
              pool.kernel(
                  pool.own(Primitives.runningAverage(layout, Layout.number(1), adam.getBeta1())),
                  average(gradients, one, mean)),
              pool.kernel(
                  pool.own(Primitives.runningAverage(layout, layout, adam.getBeta2())),
                  average(gradients, gradients, variance)),
              pool.kernel(
                  pool.own(Primitives.adamStep(layout, adam.getEpsilon())),
                  Map.of(
                      Argument.SOURCE, variance,
                      Argument.SECOND_SOURCE, one,
                      Argument.FACTOR_OF_FOURTH_POST_OP, mean,
                      Argument.FACTOR_OF_FIFTH_POST_OP, signedRate,
                      Argument.DESTINATION, values)));
    }

    private static Map<Argument, Tensor> average(Tensor first, Tensor second, Tensor average) {
      return Map.of(
          Argument.SOURCE, first, Argument.SECOND_SOURCE, second, Argument.DESTINATION, average);
    }

    @Override
    public void apply(int iteration, int epoch) {
      int t = iteration + 1;
      double correction =
          Math.sqrt(1 - Math.pow(adam.getBeta2(), t)) / (1 - Math.pow(adam.getBeta1(), t));
      double signed = -adam.getLearningRate(iteration, epoch) * correction;
      rate.write(new float[] {(float) signed});
      kernels.forEach(Kernel::run);
    }
  }
}
