package io.bnzoo.zoo;

import java.util.List;

/** A model's hidden layers: how many, how wide, and what an LSTM is shown. */
public sealed interface Architecture {

  /**
   * Convolutions, the d-th with 4d maps, and a dense layer: see {@link DeepCnn}.
   *
   * @param depth how many convolutions, from 1 to 99
   */
  record Convolutional(int depth) implements Architecture {
    /** Checks the number. */
    public Convolutional {
      Check.argument(depth >= 1 && depth <= 99, "depth must be from 1 to 99, got %s", depth);
    }
  }

  /**
   * Dense layers: see {@link ThreeLayerMlp}.
   *
   * @param widths the units of each hidden layer, from the input on; at least 1 each
   */
  record Dense(List<Integer> widths) implements Architecture {
    /** Checks the numbers. */
    public Dense {
      Check.given("widths", widths);
      widths = List.copyOf(widths);
      Check.argument(
          !widths.isEmpty() && widths.stream().allMatch(width -> width >= 1),
          "widths must be at least 1 each, got %s",
          widths);
    }
  }

  /**
   * One LSTM: see {@link ImageLstm}.
   *
   * @param reading the order in which it is shown an image
   * @param units at least 1
   */
  record Recurrent(Reading reading, int units) implements Architecture {
    /** Checks the values. */
    public Recurrent {
      Check.given("reading", reading);
      Check.argument(units >= 1, "units must be at least 1, got %s", units);
    }
  }
}
