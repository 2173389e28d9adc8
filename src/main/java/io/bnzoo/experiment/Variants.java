package io.bnzoo.experiment;

import io.bnzoo.spec.Normalization;
import java.util.List;
import java.util.Optional;

/** The normalizations that can be compared, by label. */
public final class Variants {
  private static final List<Normalization> ALL =
      List.of(Normalization.none(), Normalization.batchNorm());

  private Variants() {}

  /** All of them, in the order in which they are shown. */
  public static List<Normalization> all() {
    return ALL;
  }

  public static Optional<Normalization> find(String label) {
    return ALL.stream().filter(variant -> variant.label().equals(label)).findFirst();
  }
}
