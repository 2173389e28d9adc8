package io.bnzoo.compiler;

import io.bnzoo.compiler.ParameterStore.Quantity;
import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Kernel;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Tensor;
import io.bnzoo.onednn.TensorPool;
import io.bnzoo.onednn.VectorPrimitives;
import java.util.EnumMap;
import java.util.Map;

/** Kernels on the vectors of a group of parameters, each a pass over them. */
final class GroupKernels {
  /** An epsilon whose reciprocal is still a float. */
  private static final double SMALLEST = 1e-30;

  private static final Layout NUMBER = Layout.number(1);

  private final ParameterStore store;
  private final ParameterStore.Group group;
  private final TensorPool pool;
  private final Layout layout;
  private final Tensor one;
  private final Tensor rate;

  GroupKernels(ParameterStore.Group group, ParameterStore store, TensorPool pool) {
    this.store = store;
    this.group = group;
    this.pool = pool;
    this.layout = Layout.rowByRow(group.count());
    this.one = constant(1);
    this.rate = pool.tensor(NUMBER);
  }

  private Tensor constant(float value) {
    return pool.tensor(NUMBER, pool.constant(new float[] {value}));
  }

  Floats floats(Quantity vector) {
    return store.part(vector, group);
  }

  private Tensor tensor(Quantity vector) {
    return pool.tensor(layout, floats(vector));
  }

  /** The number that steps multiply with; to be written before they run. */
  Floats rate() {
    return rate.floats();
  }

  /** {@code average = decay * average + (1 - decay) * of}. */
  Kernel average(Quantity average, Quantity of, double decay) {
    return kernel(
        VectorPrimitives.runningAverage(layout, NUMBER, decay), tensor(of), one, tensor(average));
  }

  /** {@code average = decay * average + (1 - decay) * of^2}. */
  Kernel averageOfSquares(Quantity average, Quantity of, double decay) {
    return kernel(
        VectorPrimitives.runningAverage(layout, layout, decay),
        tensor(of),
        tensor(of),
        tensor(average));
  }

  /** {@code sum = sum + of^2}. */
  Kernel sumOfSquares(Quantity sum, Quantity of) {
    return kernel(
        VectorPrimitives.sumOfProducts(layout, layout, 1, 1), tensor(of), tensor(of), tensor(sum));
  }

  /** {@code largest = max(largest, of)}. */
  Kernel maximum(Quantity largest, Quantity of) {
    return kernel(VectorPrimitives.maximum(layout), tensor(of), tensor(largest), tensor(largest));
  }

  /** {@code largest = max(largest, |of|) + margin}. */
  Kernel largestMagnitude(Quantity largest, Quantity of, double margin) {
    return kernel(
        VectorPrimitives.largestMagnitude(layout, margin),
        tensor(of),
        one,
        tensor(largest),
        Map.of(Argument.OPERAND_OF_SECOND_POST_OP, tensor(largest)));
  }

  /** {@code values = values + rate * direction / (sqrt(squares) + epsilon)}. */
  Kernel stepByRoot(Quantity direction, Quantity squares, double epsilon) {
    return kernel(
        VectorPrimitives.stepByRoot(layout, atLeastSmallest(epsilon)),
        tensor(squares),
        one,
        tensor(Quantity.VALUES),
        Map.of(
            Argument.OPERAND_OF_FOURTH_POST_OP,
            tensor(direction),
            Argument.OPERAND_OF_FIFTH_POST_OP,
            rate));
  }

  /** {@code values = values + rate * direction / divisor}. */
  Kernel stepByQuotient(Quantity direction, Quantity divisor) {
    return kernel(
        VectorPrimitives.stepByQuotient(layout),
        tensor(direction),
        tensor(divisor),
        tensor(Quantity.VALUES),
        Map.of(Argument.OPERAND_OF_FIRST_POST_OP, rate));
  }

  /** {@code factor = factor * sqrt(squares + epsilon)}. */
  Kernel timesRoot(Quantity factor, Quantity squares, double epsilon) {
    return kernel(
        VectorPrimitives.timesRoot(layout, epsilon),
        tensor(squares),
        one,
        tensor(factor),
        Map.of(Argument.OPERAND_OF_THIRD_POST_OP, tensor(factor)));
  }

  /** {@code dividend = dividend / sqrt(squares + epsilon)}. */
  Kernel overRoot(Quantity dividend, Quantity squares, double epsilon) {
    return kernel(
        VectorPrimitives.overRoot(layout, atLeastSmallest(epsilon)),
        tensor(squares),
        one,
        tensor(dividend),
        Map.of(Argument.OPERAND_OF_FOURTH_POST_OP, tensor(dividend)));
  }

  /**
   * {@code sum = sum + factor * sign(of)}.
   *
   * @param factor a number, to be written before each run
   */
  Kernel addSigns(Quantity sum, Quantity of, Tensor factor) {
    return kernel(
        VectorPrimitives.addSigns(layout),
        tensor(of),
        constant(Float.MAX_VALUE),
        tensor(sum),
        Map.of(Argument.OPERAND_OF_SECOND_POST_OP, factor));
  }

  /**
   * {@code sum = sum + factor * of}.
   *
   * @param factor a number, to be written before each run
   */
  Kernel addMultiple(Quantity sum, Quantity of, Tensor factor) {
    return kernel(
        VectorPrimitives.sumOfProducts(layout, NUMBER, 1, 1), tensor(of), factor, tensor(sum));
  }

  /** A number to be written before each run. */
  Tensor number() {
    return pool.tensor(NUMBER);
  }

  /** Where nothing has ever had a gradient, as in padding, there would be 0 / 0. */
  private static double atLeastSmallest(double epsilon) {
    return Math.max(epsilon, SMALLEST);
  }

  private Kernel kernel(Primitive primitive, Tensor first, Tensor second, Tensor destination) {
    return kernel(primitive, first, second, destination, Map.of());
  }

  private Kernel kernel(
      Primitive primitive,
      Tensor first,
      Tensor second,
      Tensor destination,
      Map<Argument, Tensor> ofPostOps) {
    Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);
    arguments.putAll(ofPostOps);
    arguments.put(Argument.SOURCE, first);
    arguments.put(Argument.SECOND_SOURCE, second);
    arguments.put(Argument.DESTINATION, destination);
    return pool.kernel(pool.own(primitive), arguments);
  }
}
