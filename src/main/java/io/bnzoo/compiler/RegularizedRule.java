package io.bnzoo.compiler;

import io.bnzoo.compiler.ParameterStore.Quantity;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Kernel;
import io.bnzoo.onednn.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * A rule with regularization: before it, {@code gradients += l1 * sign(values) + l2 * values}, and
 * with it {@code values -= decay * values}, where the decay may be a multiple of the learning rate.
 */
final class RegularizedRule implements UpdateRule {
  private final UpdateRule rule;
  private final IUpdater updater;
  private final Floats values;
  private final List<UpdateRule> penalties = new ArrayList<>();
  private final List<WeightDecay> decays = new ArrayList<>();
  private final boolean hasSigns;

  RegularizedRule(UpdateRule rule, Parameter.Learned learned, GroupKernels group) {
    this.rule = rule;
    this.updater = learned.updater();
    this.values = group.floats(Quantity.VALUES);
    this.hasSigns = learned.regularizations().stream().anyMatch(L1Regularization.class::isInstance);
    for (Regularization each : learned.regularizations()) {
      if (each instanceof WeightDecay decay) {
        decays.add(decay);
      } else {
        penalties.add(penalty(each, group));
      }
    }
  }

  /** By a kernel where the rule has some: the cores are shared out by kernel or by group. */
  private UpdateRule penalty(Regularization each, GroupKernels group) {
    if (each instanceof L1Regularization) {
      return penalty(each, group, GroupKernels::addSigns);
    }
    if (rule.hasKernels()) {
      return penalty(each, group, GroupKernels::addMultiple);
    }
    Floats gradients = group.floats(Quantity.GRADIENTS);
    return (iteration, epoch) -> gradients.add((float) coefficient(each, iteration, epoch), values);
  }

  private static UpdateRule penalty(Regularization each, GroupKernels group, Addition addition) {
    Tensor factor = group.number();
    Kernel kernel = addition.kernel(group, Quantity.GRADIENTS, Quantity.VALUES, factor);
    return (iteration, epoch) -> {
      factor.floats().write(new float[] {(float) coefficient(each, iteration, epoch)});
      kernel.run();
    };
  }

  /** Adds a multiple of something of the values to the gradients. */
  private interface Addition {
    Kernel kernel(GroupKernels group, Quantity sum, Quantity of, Tensor factor);
  }

  @Override
  public boolean hasKernels() {
    return hasSigns || rule.hasKernels();
  }

  @Override
  public void apply(int iteration, int epoch) {
    penalties.forEach(penalty -> penalty.apply(iteration, epoch));
    double decay = 0;
    for (WeightDecay each : decays) {
      boolean byRate = each.isApplyLR() && updater.hasLearningRate();
      double rate = byRate ? updater.getLearningRate(iteration, epoch) : 1;
      decay += rate * coefficient(each, iteration, epoch);
    }
    if (decay != 0) {
      values.add((float) -decay, values); // The rule does not look at them.
    }
    rule.apply(iteration, epoch);
  }

  /**
   * What a regularization adds to the loss: {@code l1 * |values|} or {@code l2 / 2 * |values|^2}.
   *
   * @param squares the sum of the values' squares
   */
  static double score(
      Regularization regularization, Floats values, double squares, int iteration, int epoch) {
    double size = regularization instanceof L1Regularization ? values.absoluteSum() : squares / 2;
    return coefficient(regularization, iteration, epoch) * size;
  }

  private static double coefficient(Regularization regularization, int iteration, int epoch) {
    ISchedule schedule;
    if (regularization instanceof L1Regularization l1) {
      schedule = l1.getL1();
    } else if (regularization instanceof L2Regularization l2) {
      schedule = l2.getL2();
    } else {
      schedule = ((WeightDecay) regularization).getCoeff();
    }
    return schedule.valueAt(iteration, epoch);
  }
}
