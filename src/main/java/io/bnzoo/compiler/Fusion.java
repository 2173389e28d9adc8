package io.bnzoo.compiler;

import io.bnzoo.onednn.ActivationFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Operations in order. An activation function after a linear layer, and a ReLU or a bias after a
 * normalization, become a part of it: one kernel instead of two.
 */
final class Fusion {
  private final List<Operation> operations = new ArrayList<>();

  List<Operation> operations() {
    return List.copyOf(operations);
  }

  boolean isEmpty() {
    return operations.isEmpty();
  }

  void add(Operation operation) {
    operations.add(operation);
  }

  void activate(ActivationFunction function) {
    last()
        .flatMap(last -> activated(last, function))
        .ifPresentOrElse(this::replaceLast, () -> add(new Operation.ActivationOp(function)));
  }

  private static Optional<Operation> activated(Operation last, ActivationFunction function) {
    if (last instanceof Operation.LinearOp linear
        && linear.activation().isEmpty()
        && function.isDerivedFromResult()) {
      return Optional.of(linear.withActivation(Optional.of(function)));
    }
    return last instanceof Operation.NormalizationOp normalization
            && !normalization.rectified()
            && function.equals(ActivationFunction.RELU)
        ? Optional.of(normalization.withRectified(true))
        : Optional.empty();
  }

  /** Adds a bias to the normalization before it; false if there is none without one. */
  boolean addBias(Parameter bias) {
    Optional<Operation> biased = last().flatMap(last -> biased(last, bias));
    biased.ifPresent(this::replaceLast);
    return biased.isPresent();
  }

  private static Optional<Operation> biased(Operation last, Parameter bias) {
    return last instanceof Operation.NormalizationOp normalization
            && normalization.bias().isEmpty()
            && !normalization.rectified()
        ? Optional.of(normalization.withBias(bias))
        : Optional.empty();
  }

  private Optional<Operation> last() {
    return isEmpty() ? Optional.empty() : Optional.of(operations.get(operations.size() - 1));
  }

  private void replaceLast(Operation operation) {
    operations.set(operations.size() - 1, operation);
  }
}
