package io.bnzoo.compiler;

import io.bnzoo.compiler.ParameterStore.Quantity;
import io.bnzoo.onednn.Argument;
import io.bnzoo.onednn.Floats;
import io.bnzoo.onednn.Kernel;
import io.bnzoo.onednn.Layout;
import io.bnzoo.onednn.Tensor;
import io.bnzoo.onednn.TensorPool;
import io.bnzoo.onednn.VectorPrimitives;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.GradientNormalization;

/**
 * Clips or normalizes gradients, before regularization adds to them.
 *
 * <p>Running statistics have no gradients, are left alone and count in no norm. Deeplearning4j
 * keeps their changes among a layer's gradients.
 */
final class GradientClipping {
  /** What Deeplearning4j divides by where a norm is 0. */
  private static final double INSTEAD_OF_ZERO = 1e-5;

  /**
   * What is clipped or normalized as one.
   *
   * @param key of a parameter; empty for the whole layer
   */
  private record Scope(GradientNormalization kind, double threshold, int layer, String key) {}

  private final List<Runnable> steps = new ArrayList<>();

  GradientClipping(ParameterStore store, TensorPool pool) {
    Map<Scope, List<Floats>> scopes = new LinkedHashMap<>();
    for (Parameter parameter : store.parameters()) {
      if (parameter.update() instanceof Parameter.Learned learned && learned.used()) {
        Floats gradients = store.tensor(Quantity.GRADIENTS, parameter).floats();
        learned.clipping().ifPresent(clipping -> add(clipping, gradients, scopes));
      }
    }
    scopes.forEach((scope, parts) -> add(scope, parts, pool));
  }

  private static void add(
      Parameter.Clipping clipping, Floats gradients, Map<Scope, List<Floats>> scopes) {
    boolean byKey =
        clipping.kind() == GradientNormalization.ClipL2PerParamType
            || clipping.kind() == GradientNormalization.RenormalizeL2PerParamType;
    int parts = clipping.keys().size();
    int length = gradients.length() / parts;
    for (int i = 0; i < parts; i++) {
      String key = byKey ? clipping.keys().get(i) : "";
      Scope scope = new Scope(clipping.kind(), clipping.threshold(), clipping.layer(), key);
      scopes
          .computeIfAbsent(scope, unused -> new ArrayList<>())
          .addAll(LongVectors.pieces(gradients.part((long) i * length, length)));
    }
  }

  private void add(Scope scope, List<Floats> parts, TensorPool pool) {
    double threshold = scope.threshold();
    switch (scope.kind()) {
      case ClipElementWiseAbsoluteValue ->
          parts.forEach(part -> steps.add(clipping(part, threshold, pool)));
      case ClipL2PerLayer, ClipL2PerParamType ->
          steps.add(
              () -> {
                double norm = norm(parts);
                if (norm > threshold) {
                  scale(parts, threshold / norm);
                }
              });
      case RenormalizeL2PerLayer, RenormalizeL2PerParamType ->
          steps.add(
              () -> {
                double norm = norm(parts);
                scale(parts, 1 / (norm == 0 ? INSTEAD_OF_ZERO : norm));
              });
      case None -> {}
    }
  }

  /** Summed in the order of the parts, so that the number of threads does not change it. */
  private static double norm(List<Floats> parts) {
    double[] squares = new double[parts.size()];
    LongVectors.each(squares.length, length(parts), i -> squares[i] = parts.get(i).squaredNorm());
    return Math.sqrt(Arrays.stream(squares).sum());
  }

  private static long length(List<Floats> parts) {
    return parts.stream().mapToLong(Floats::length).sum();
  }

  /**
   * By a factor that is no NaN: BLAS takes it for 0, and a lost run would look like a sound one.
   */
  private static void scale(List<Floats> parts, double factor) {
    if (!Double.isNaN(factor)) {
      LongVectors.each(parts.size(), length(parts), i -> parts.get(i).scale((float) factor));
    }
  }

  /** Unless there is a NaN, which oneDNN would make a number. */
  private static Runnable clipping(Floats gradients, double threshold, TensorPool pool) {
    Layout layout = Layout.rowByRow(gradients.length());
    Tensor tensor = pool.tensor(layout, gradients);
    Kernel clipping =
        pool.kernel(
            pool.own(VectorPrimitives.clipping(layout, threshold)),
            Map.of(Argument.SOURCE, tensor, Argument.DESTINATION, tensor));
    return () -> {
      if (!Float.isNaN(gradients.squares())) {
        clipping.run();
      }
    };
  }

  void apply() {
    steps.forEach(Runnable::run);
  }
}
