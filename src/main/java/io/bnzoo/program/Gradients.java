package io.bnzoo.program;

import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Primitive;
import io.bnzoo.onednn.Tensor;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What is the same on the way back through a convolution and a matrix product. */
final class Gradients {
  private Gradients() {}

  /** Adds a kernel that finds the gradients of weights and bias and leaves them in the store. */
  static void ofWeights(
      Primitive primitive,
      Parameter weights,
      Optional<Parameter> bias,
      Tensor source,
      Tensor gradient,
      Workbench bench) {
    Tensor stored = bench.gradients(weights);
    boolean inPlace = stored.layout().equals(primitive.weightGradient());
    Tensor found = inPlace ? stored : bench.tensor(primitive.weightGradient());
    Map<Argument, Tensor> arguments = new EnumMap<>(Argument.class);
    arguments.put(Argument.SOURCE, source);
    arguments.put(Argument.DESTINATION_GRADIENT, gradient);
    arguments.put(Argument.WEIGHT_GRADIENT, found);
    bias.ifPresent(each -> arguments.put(Argument.BIAS_GRADIENT, bench.gradients(each)));
    bench.add(primitive, arguments);
    if (!inPlace) {
      bench.reorder(found, stored);
      bench.recycle(found);
    }
  }

  /** Adds a kernel that finds the gradient of the source. */
  static Tensor ofSource(Primitive primitive, Parameter weights, Tensor gradient, Workbench bench) {
    Tensor stored = bench.values(weights);
    Tensor arranged = bench.arranged(stored, primitive.weights());
    Tensor result = bench.tensor(primitive.sourceGradient());
    bench.add(
        primitive,
        Map.of(
            Argument.DESTINATION_GRADIENT, gradient,
            Argument.WEIGHTS, arranged,
            Argument.SOURCE_GRADIENT, result));
    if (arranged != stored) {
      bench.recycle(arranged);
    }
    return result;
  }
}
