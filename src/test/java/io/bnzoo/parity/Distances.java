package io.bnzoo.parity;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far one implementation is from double precision: |actual - exact| / |exact|, of one number or
 * of an array's Euclidean norm.
 *
 * <p>There is one distance for each block, parameter or step, and those of several runs are put
 * together: where rounding is amplified a single one says little, and their median much.
 */
final class Distances {

  /** What is compared. */
  enum Quantity {
    /** The loss before the first step. */
    FIRST_LOSS,
    /** The loss before the second step, from the parameters that TensorFlow had then. */
    SECOND_LOSS,
    /** Each block's running mean after the first step. */
    FIRST_MEANS,
    /** Each block's running variance after the first step. */
    FIRST_VARIANCES,
    /** The first gradients of the output layer, behind which there is no ReLU. */
    OUTPUT_GRADIENTS,
    /** The first gradient of each parameter. */
    GRADIENTS,
    /** The same, given the ReLUs that {@link GateSearch} finds on the other side. */
    GRADIENTS_GIVEN_GATES,
    /** Each parameter after the first step, given the implementation's own gradients. */
    FIRST_UPDATE,
    /** The logits in inference, from the parameters that TensorFlow had after the last step. */
    LOGITS_OF_RECORD,
    /** The loss before each step but the first. */
    LATER_LOSSES,
    /** Each block's running variance after the last step. */
    LAST_VARIANCES,
    /** The logits in inference after the last step. */
    LAST_LOGITS
  }

  private final Map<Quantity, Map<String, List<Double>>> distances = new EnumMap<>(Quantity.class);

  /** Adds one of two numbers. */
  void add(Quantity quantity, double actual, double exact) {
    add(quantity, "", Math.abs(actual - exact) / Math.abs(exact));
  }

  /** Adds one of two arrays. */
  void add(Quantity quantity, double[] actual, double[] exact) {
    add(quantity, "", distance(actual, exact));
  }

  /** Adds one for each array, those of weights, of gammas and of biases apart. */
  void add(
      Quantity quantity,
      Map<String, double[]> actual,
      Map<String, double[]> exact,
      Collection<String> names) {
    for (String name : names) {
      String kind = name.substring(name.indexOf('.') + 1);
      add(quantity, kind, distance(actual.get(name), exact.get(name)));
    }
  }

  private void add(Quantity quantity, String kind, double distance) {
    distances
        .computeIfAbsent(quantity, any -> new TreeMap<>())
        .computeIfAbsent(kind, any -> new ArrayList<>())
        .add(distance);
  }

  /** These and those of another run. */
  Distances and(Distances other) {
    Distances both = new Distances();
    for (Distances each : List.of(this, other)) {
      each.distances.forEach(
          (quantity, kinds) ->
              kinds.forEach(
                  (kind, values) -> values.forEach(value -> both.add(quantity, kind, value))));
    }
    return both;
  }

  /** The medians of a quantity, by kind of parameter; NaN where one of the values is. */
  Map<String, Double> medians(Quantity quantity) {
    Map<String, Double> medians = new TreeMap<>();
    distances
        .getOrDefault(quantity, Map.of())
        .forEach((kind, values) -> medians.put(kind, median(values)));
    return medians;
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (Double.isNaN(sorted[sorted.length - 1])) { // They are sorted to the end.
      return Double.NaN;
    }
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  private static double distance(double[] actual, double[] exact) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < exact.length; i++) {
      difference += (actual[i] - exact[i]) * (actual[i] - exact[i]);
      norm += exact[i] * exact[i];
    }
    return difference == 0 ? 0 : Math.sqrt(difference / norm);
  }
}
