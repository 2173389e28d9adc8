package io.bnzoo.zoo;

import java.util.stream.Stream;

/**
 * What the networks of a comparison differ in.
 *
 * @param placement the default one where there is no normalization
 */
public record Variant(Normalization normalization, Placement placement) {
  public Variant {
    Check.given("normalization", normalization);
    Check.given("placement", placement);
    Check.argument(
        !(normalization instanceof Normalization.None) || placement == Placement.BEFORE_ACTIVATION,
        "placement must be BEFORE_ACTIVATION where there is nothing to place, got %s",
        placement);
  }

  /** With the default placement. */
  public static Variant of(Normalization normalization) {
    return new Variant(normalization, Placement.BEFORE_ACTIVATION);
  }

  /** In every placement; a network without normalization has but one. */
  public static Stream<Variant> all(Normalization normalization) {
    return normalization instanceof Normalization.None
        ? Stream.of(of(normalization))
        : Stream.of(Placement.values()).map(placement -> new Variant(normalization, placement));
  }

  /** Its name on the command line, in file names and in results. */
  public String label() {
    return normalization.label() + placement.suffix();
  }
}
