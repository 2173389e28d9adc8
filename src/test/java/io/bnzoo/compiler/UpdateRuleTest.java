package io.bnzoo.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.compiler.ParameterStore.Quantity;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.TensorPool;
import io.bnzoo.onednn.TensorValues;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** Each rule over some steps, compared with its textbook form in double precision. */
class UpdateRuleTest {
  private static final int STEPS = 5;
  private static final Layout LAYOUT = Layout.rowByRow(7);
  private static final float[] START = TensorValues.random(1, LAYOUT);

  /** What a rule does to one value in step t, from 1. */
  private interface Textbook {
    double next(double value, double gradient, int t);
  }

  private static float[] gradients(int t) {
    return TensorValues.random(10 + t, LAYOUT);
  }

  private static void assertFollows(Parameter.Update update, Supplier<Textbook> ofOneValue) {
    Parameter parameter = new Parameter("W", 0, LAYOUT, update);
    float[] found;
    try (ParameterStore store = new ParameterStore(Map.of(parameter, LAYOUT), START.length);
        TensorPool pool = new TensorPool()) {
      store.load(Quantity.VALUES, START);
      UpdateRule rule = UpdateRule.of(store.groups().get(0), store, pool);
      pool.seal();
      for (int t = 1; t <= STEPS; t++) {
        store.load(Quantity.GRADIENTS, gradients(t));
        rule.apply(t - 1, 0);
      }
      found = store.store(Quantity.VALUES);
    }
    for (int i = 0; i < found.length; i++) {
      Textbook textbook = ofOneValue.get();
      double value = START[i];
      for (int t = 1; t <= STEPS; t++) {
        value = textbook.next(value, gradients(t)[i], t);
      }
      assertThat((double) found[i]).as("value %d", i).isCloseTo(value, within(2e-6));
    }
  }

  private static Parameter.Update trained(IUpdater updater) {
    return new Parameter.Learned(updater, 0, true);
  }

  @Test
  void gradientDescentSubtractsTheRateTimesTheGradient() {
    assertFollows(trained(new Sgd(0.1)), () -> (value, gradient, t) -> value - 0.1 * gradient);
  }

  @Test
  void aRateFollowsItsSchedule() {
    assertFollows(
        trained(new Sgd(new ExponentialSchedule(ScheduleType.ITERATION, 0.5, 0.7))),
        () -> (value, gradient, t) -> value - 0.5 * Math.pow(0.7, t - 1) * gradient);
  }

  /** Y. Nesterov's two sequences: the value is where the next gradient is taken. */
  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.9})
  void momentumIsNesterovs(double momentum) {
    assertFollows(
        trained(new Nesterovs(0.1, momentum)),
        () ->
            new Textbook() {
              private double before = Double.NaN;

              @Override
              public double next(double value, double gradient, int t) {
                double last = t == 1 ? value : before;
                before = value - 0.1 * gradient;
                return before + momentum * (before - last);
              }
            });
  }

  /** D. Kingma and J. Ba, 2015, algorithm 1, with the epsilon of their faster form. */
  @ParameterizedTest
  @ValueSource(doubles = {1e-8, 0.5})
  void adamDividesCorrectedMoments(double epsilon) {
    Adam adam = Adam.builder().learningRate(0.1).beta1(0.8).beta2(0.95).epsilon(epsilon).build();
    assertFollows(
        trained(adam),
        () ->
            new Textbook() {
              private double first;
              private double second;

              @Override
              public double next(double value, double gradient, int t) {
                first = 0.8 * first + 0.2 * gradient;
                second = 0.95 * second + 0.05 * gradient * gradient;
                double unbiased = 1 - Math.pow(0.95, t);
                double root = Math.sqrt(second / unbiased) + epsilon / Math.sqrt(unbiased);
                return value - 0.1 * first / (1 - Math.pow(0.8, t)) / root;
              }
            });
  }

  @Test
  void l2AddsAShareOfTheValueToItsGradient() {
    assertFollows(
        new Parameter.Learned(new Sgd(0.1), 0.3, true),
        () -> (value, gradient, t) -> value - 0.1 * (gradient + 0.3 * value));
  }

  /** Whatever stands in the place of its gradient. */
  @Test
  void anUnusedParameterFollowsItsL2Alone() {
    assertFollows(
        new Parameter.Learned(new Sgd(0.1), 0.3, false),
        () -> (value, gradient, t) -> value - 0.1 * 0.3 * value);
  }

  @Test
  void aRunningStatisticKeepsItsShareOfTheOldValue() {
    assertFollows(
        new Parameter.Averaged(0.9), () -> (value, batch, t) -> 0.9 * value + 0.1 * batch);
  }
}
