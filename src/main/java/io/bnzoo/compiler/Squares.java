package io.bnzoo.compiler;

import io.bnzoo.compiler.ParameterStore.Quantity;
import io.bnzoo.onednn.Floats;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The sums of squares of a network's parameters. Those of a group are measured right after a step
 * has changed it, while it still is in the processor's cache: to read all parameters once more
 * takes a large network as long as half of the step.
 */
final class Squares {
  private final List<Sum> groups = new ArrayList<>();
  private final Map<Parameter, Sum> parameters = new HashMap<>();

  /** A piece of a parameter. */
  private static final class Piece {
    private final Floats values;
    private double squares;

    Piece(Floats values) {
      this.values = values;
    }

    void measure() {
      squares = values.squares();
    }
  }

  /** The sum over some pieces. */
  static final class Sum {
    private final List<Piece> pieces = new ArrayList<>();

    /** As measured last: NaN where a value is, infinite where one is or a square overflows. */
    double value() {
      double sum = 0;
      for (Piece piece : pieces) {
        sum += piece.squares;
      }
      return sum;
    }

    /** The L2 norm, likewise. */
    double norm() {
      return Math.sqrt(value());
    }
  }

  Squares(ParameterStore store) {
    store.parameters().forEach(parameter -> parameters.put(parameter, new Sum()));
    for (ParameterStore.Group group : store.groups()) {
      Sum ofGroup = new Sum();
      groups.add(ofGroup);
      for (ParameterStore.Piece each : group.pieces()) {
        Piece piece = new Piece(store.part(Quantity.VALUES, each));
        ofGroup.pieces.add(piece);
        parameters.get(each.parameter()).pieces.add(piece);
      }
    }
  }

  /** Measures the store's group of that number; different ones at the same time, if you like. */
  void measure(int group) {
    groups.get(group).pieces.forEach(Piece::measure);
  }

  /** The sum over the store's group of that number. */
  double ofGroup(int group) {
    return groups.get(group).value();
  }

  /** The sum over a parameter. */
  Sum of(Parameter parameter) {
    return parameters.get(parameter);
  }

  /** The sum over all parameters. */
  double all() {
    return groups.stream().mapToDouble(Sum::value).sum();
  }
}
