package io.bnzoo.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bnzoo.compiler.ParameterStore.Quantity;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.TensorPool;
import io.bnzoo.onednn.TensorValues;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
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
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** Each rule over some steps, compared with its textbook form in double precision. */
class UpdateRuleTest {
  private static final int STEPS = 5;
  private static final ISchedule SCHEDULE =
      new ExponentialSchedule(ScheduleType.ITERATION, 0.3, 0.5);
  private static final List<Quantity> MOMENTS =
      List.of(Quantity.FIRST_MOMENT, Quantity.SECOND_MOMENT, Quantity.THIRD_MOMENT);
  private static final Layout LAYOUT = Layout.rowByRow(7);
  private static final float[] START = TensorValues.random(1, LAYOUT);

  /** What a rule does to one value in step t, from 1. */
  private interface Textbook {
    double next(double value, double gradient, int t);
  }

  private static float[] gradients(int t) {
    return TensorValues.random(10 + t, LAYOUT);
  }

  /** Vectors after the steps. */
  private static Map<Quantity, float[]> after(
      Parameter.Update update, Map<Quantity, float[]> state, Set<Quantity> asked) {
    Parameter parameter = new Parameter("W", 0, LAYOUT, update);
    try (ParameterStore store = new ParameterStore(Map.of(parameter, LAYOUT), START.length);
        TensorPool pool = new TensorPool()) {
      store.load(Quantity.VALUES, flat -> flat.write(START));
      state.forEach((vector, values) -> store.load(vector, flat -> flat.write(values)));
      UpdateRule rule = UpdateRule.of(store.groups().get(0), store, pool);
      pool.seal();
      for (int t = 1; t <= STEPS; t++) {
        float[] gradients = gradients(t);
        store.load(Quantity.GRADIENTS, flat -> flat.write(gradients));
        rule.apply(t - 1, 0);
      }
      return asked.stream().collect(Collectors.toMap(vector -> vector, store::store));
    }
  }

  private static void assertFollows(Parameter.Update update, Supplier<Textbook> ofOneValue) {
    float[] found = after(update, Map.of(), Set.of(Quantity.VALUES)).get(Quantity.VALUES);
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
    return new Parameter.Learned(updater, List.of(), Optional.empty(), true);
  }

  private static Parameter.Update regularized(Regularization... regularizations) {
    return new Parameter.Learned(new Sgd(0.1), List.of(regularizations), Optional.empty(), true);
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

  static Stream<IUpdater> updaters() {
    ISchedule rate = new ExponentialSchedule(ScheduleType.ITERATION, 0.2, 0.7);
    return Stream.of(
        new NoOp(),
        new Sgd(rate),
        new Nesterovs(rate, new ExponentialSchedule(ScheduleType.ITERATION, 0.9, 0.7)),
        new Adam(0.1, 0.8, 0.95, 0.01),
        new Adam(rate),
        new AMSGrad(0.1, 0.8, 0.5, 0.01),
        new AMSGrad(rate),
        new AdaMax(0.1, 0.8, 0.5, 0.01),
        new AdaMax(rate),
        new Nadam(0.1, 0.8, 0.95, 0.01),
        new Nadam(rate),
        new RmsProp(0.1, 0.8, 0.01),
        new RmsProp(rate),
        new AdaGrad(0.1, 0.01),
        new AdaGrad(rate, 0.01),
        new AdaDelta(0.8, 0.01),
        new AdaDelta());
  }

  /** From the state that Deeplearning4j starts with. */
  @ParameterizedTest
  @MethodSource("updaters")
  void valuesAndStateAreThoseOfDeeplearning4jsUpdater(IUpdater updater) {
    int length = START.length;
    List<Quantity> moments =
        MOMENTS.subList(0, Math.toIntExact(updater.stateSize(length) / length));
    INDArray state = moments.isEmpty() ? null : Nd4j.create(moments.size() * (long) length);
    GradientUpdater<?> theirs = updater.instantiate(state, true);
    Map<Quantity, float[]> before = new EnumMap<>(Quantity.class);
    for (Quantity moment : moments) {
      before.put(moment, part(state, moments.indexOf(moment)));
    }
    INDArray values = Nd4j.createFromArray(START.clone());
    for (int t = 1; t <= STEPS; t++) {
      INDArray update = Nd4j.createFromArray(gradients(t));
      theirs.applyUpdater(update, t - 1, 0);
      values.subi(update);
    }
    Set<Quantity> asked = EnumSet.of(Quantity.VALUES);
    asked.addAll(moments);
    Map<Quantity, float[]> found = after(trained(updater), before, asked);
    assertClose(found.get(Quantity.VALUES), values.toFloatVector());
    for (Quantity moment : moments) {
      assertClose(found.get(moment), part(state, moments.indexOf(moment)));
    }
  }

  /** Deeplearning4j rounds 0.999 to a float before it takes it from 1. */
  private static void assertClose(float[] found, float[] expected) {
    for (int i = 0; i < expected.length; i++) {
      double allowed = 2e-5 * Math.max(1, Math.abs(expected[i]));
      assertThat((double) found[i]).as("value %d", i).isCloseTo(expected[i], within(allowed));
    }
  }

  private static float[] part(INDArray state, int index) {
    return Arrays.copyOfRange(
        state.toFloatVector(), index * START.length, (index + 1) * START.length);
  }

  /** As in padding, which has to stay 0; Deeplearning4j divides 0 by 0. */
  @ParameterizedTest
  @MethodSource("withoutEpsilon")
  void aValueThatNeverHadAGradientStaysWithoutAnEpsilon(IUpdater updater) {
    Parameter parameter = new Parameter("W", 0, LAYOUT, trained(updater));
    try (ParameterStore store = new ParameterStore(Map.of(parameter, LAYOUT), START.length);
        TensorPool pool = new TensorPool()) {
      store.load(Quantity.VALUES, flat -> flat.write(START));
      UpdateRule rule = UpdateRule.of(store.groups().get(0), store, pool);
      pool.seal();
      rule.apply(0, 0);
      rule.apply(1, 0);
      assertThat(store.store(Quantity.VALUES)).containsExactly(START);
    }
  }

  static Stream<IUpdater> withoutEpsilon() {
    return Stream.of(
        new Adam(0.1, 0.9, 0.999, 0),
        new AMSGrad(0.1, 0.9, 0.999, 0),
        new AdaMax(0.1, 0.9, 0.999, 0),
        new Nadam(0.1, 0.9, 0.999, 0),
        new RmsProp(0.1, 0.9, 0),
        new AdaGrad(0.1, 0),
        new AdaDelta(0.9, 0));
  }

  @Test
  void noUpdaterAtAllIsARateOf1() {
    assertFollows(trained(new NoOp()), () -> (value, gradient, t) -> value - gradient);
  }

  @Test
  void l1AddsTheSignOfTheValue() {
    assertFollows(
        regularized(new L1Regularization(SCHEDULE)),
        () ->
            (value, gradient, t) ->
                value - 0.1 * (gradient + 0.3 * Math.pow(0.5, t - 1) * Math.signum(value)));
  }

  @Test
  void l2FollowsItsSchedule() {
    assertFollows(
        regularized(new L2Regularization(SCHEDULE)),
        () ->
            (value, gradient, t) -> value - 0.1 * (gradient + 0.3 * Math.pow(0.5, t - 1) * value));
  }

  @Test
  void weightDecayIsAShareOfTheValueAfterTheUpdater() {
    assertFollows(
        regularized(new WeightDecay(0.3, false)),
        () -> (value, gradient, t) -> value - 0.1 * gradient - 0.3 * value);
    assertFollows(
        regularized(new WeightDecay(SCHEDULE, true)),
        () ->
            (value, gradient, t) ->
                value - 0.1 * gradient - 0.1 * 0.3 * Math.pow(0.5, t - 1) * value);
  }

  /** All of them see the value before the step. */
  @Test
  void regularizationsAreAddedInAnyOrder() {
    assertFollows(
        regularized(
            new WeightDecay(0.2, false),
            new L1Regularization(0.3),
            new WeightDecay(0.1, true),
            new L2Regularization(0.4)),
        () ->
            (value, gradient, t) ->
                value
                    - 0.1 * (gradient + 0.3 * Math.signum(value) + 0.4 * value)
                    - (0.2 + 0.1 * 0.1) * value);
  }

  @Test
  void l2AddsAShareOfTheValueToItsGradient() {
    assertFollows(
        regularized(new L2Regularization(0.3)),
        () -> (value, gradient, t) -> value - 0.1 * (gradient + 0.3 * value));
  }

  /** Whatever stands in the place of its gradient. */
  @Test
  void anUnusedParameterFollowsItsL2Alone() {
    assertFollows(
        new Parameter.Learned(
            new Sgd(0.1), List.of(new L2Regularization(0.3)), Optional.empty(), false),
        () -> (value, gradient, t) -> value - 0.1 * 0.3 * value);
  }

  @Test
  void aRunningStatisticKeepsItsShareOfTheOldValue() {
    assertFollows(
        new Parameter.Averaged(0.9), () -> (value, batch, t) -> 0.9 * value + 0.1 * batch);
  }
}
