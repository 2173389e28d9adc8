package io.bnzoo.compiler;

import io.bnzoo.onednn.ActivationFunction;
import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.CombiningPrimitives;
import io.bnzoo.onednn.Mode;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Primitives;
import io.bnzoo.onednn.RecurrentPrimitives;
import io.bnzoo.onednn.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What recurrent layers compute value by value of vectors, in step after step by the same
 * primitives. A result may take the place of a vector that it is made of.
 */
final class VectorKernels {
  private final Workbench bench;
  private final Map<Object, Primitive> primitives = new HashMap<>();

  private enum Kind {
    PRODUCT,
    ADDED_PRODUCT,
    SUM,
    VALUE,
    VALUE_OF_SUM,
    DERIVATIVE
  }

  private record Key(Kind kind, long length, ActivationFunction function) {}

  VectorKernels(Workbench bench) {
    this.bench = bench;
  }

  /** {@code to = first * second}. */
  void multiply(Tensor first, Tensor second, Tensor to) {
    combine(
        primitive(Kind.PRODUCT, to, null, () -> Primitives.product(to.layout())),
        first,
        second,
        to);
  }

  /** {@code to += first * second}. */
  void addProduct(Tensor first, Tensor second, Tensor to) {
    combine(
        primitive(
            Kind.ADDED_PRODUCT,
            to,
            null,
            () -> RecurrentPrimitives.addedProductOfValues(to.layout())),
        first,
        second,
        to);
  }

  /** {@code to = first + second}. */
  void add(Tensor first, Tensor second, Tensor to) {
    combine(
        primitive(Kind.SUM, to, null, () -> CombiningPrimitives.sum(to.layout())),
        first,
        second,
        to);
  }

  /** {@code to = function(first + second)}. */
  void activateSum(ActivationFunction function, Tensor first, Tensor second, Tensor to) {
    combine(
        primitive(
            Kind.VALUE_OF_SUM,
            to,
            function,
            () -> RecurrentPrimitives.activatedSum(to.layout(), function)),
        first,
        second,
        to);
  }

  private void combine(Primitive primitive, Tensor first, Tensor second, Tensor to) {
    bench.add(
        primitive,
        Map.of(
            Argument.SOURCE, first,
            Argument.SECOND_SOURCE, second,
            Argument.DESTINATION, to));
  }

  /** {@code to = function(from)}. */
  void activate(ActivationFunction function, Tensor from, Tensor to) {
    bench.add(activation(function, to), Map.of(Argument.SOURCE, from, Argument.DESTINATION, to));
  }

  /**
   * {@code to = gradient * function'}.
   *
   * @param value the function's
   */
  void differentiate(ActivationFunction function, Tensor value, Tensor gradient, Tensor to) {
    Primitive forward = activation(function, to);
    bench.add(
        primitive(
            Kind.DERIVATIVE,
            to,
            function,
            () -> Primitives.activationGradient(function, to.layout(), forward)),
        Map.of(
            Argument.DESTINATION, value,
            Argument.DESTINATION_GRADIENT, gradient,
            Argument.SOURCE_GRADIENT, to));
  }

  private Primitive activation(ActivationFunction function, Tensor to) {
    return primitive(
        Kind.VALUE,
        to,
        function,
        () -> Primitives.activation(Mode.TRAINING, function, to.layout()));
  }

  private Primitive primitive(
      Kind kind, Tensor vector, ActivationFunction function, Supplier<Primitive> made) {
    Key key = new Key(kind, vector.layout().size(0), function);
    return primitives.computeIfAbsent(key, none -> bench.own(made.get()));
  }
}
