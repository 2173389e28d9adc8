package io.bnzoo.experiment;

import io.bnzoo.zoo.Normalization;
import java.util.List;
import java.util.Optional;

/** The variants that can be compared, by label. */
public final class Variants {
  private static final List<Normalization> DEFAULT_PLACEMENT =
      List.of(
          Normalization.none(),
          Normalization.batchNorm(),
          Normalization.lowLevel(),
          Normalization.speltOut());

  private static final List<Normalization> ALL =
      DEFAULT_PLACEMENT.stream().flatMap(one -> one.inEveryPlacement().stream()).toList();

  private Variants() {}

  /** Without and with batch normalization: the main comparison. */
  public static List<Normalization> pair() {
    return DEFAULT_PLACEMENT.subList(0, 2);
  }

  /** Each normalization in the default placement. */
  public static List<Normalization> inDefaultPlacement() {
    return DEFAULT_PLACEMENT;
  }

  /** Each normalization in each placement, in the order in which they are shown. */
  public static List<Normalization> all() {
    return ALL;
  }

  public static Optional<Normalization> find(String label) {
    return ALL.stream().filter(variant -> variant.label().equals(label)).findFirst();
  }
}
