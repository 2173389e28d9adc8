package io.bnzoo.experiment;

import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Variant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The variants that can be compared, by label. */
public final class Variants {
  private static final List<Variant> DEFAULT_PLACEMENT =
      Stream.of(
              Normalization.none(),
              Normalization.batchNorm(),
              Normalization.lowLevel(),
              Normalization.speltOut())
          .map(Variant::of)
          .toList();

  private static final List<Variant> ALL =
      DEFAULT_PLACEMENT.stream().flatMap(variant -> Variant.all(variant.normalization())).toList();

  private Variants() {}

  /** Without and with batch normalization: the main comparison. */
  public static List<Variant> pair() {
    return DEFAULT_PLACEMENT.subList(0, 2);
  }

  /** Each normalization in the default placement. */
  public static List<Variant> inDefaultPlacement() {
    return DEFAULT_PLACEMENT;
  }

  /** Each normalization in each placement, in the order in which they are shown. */
  public static List<Variant> all() {
    return ALL;
  }

  public static Optional<Variant> find(String label) {
    return ALL.stream().filter(variant -> variant.label().equals(label)).findFirst();
  }
}
