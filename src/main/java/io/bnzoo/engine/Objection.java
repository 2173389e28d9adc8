package io.bnzoo.engine;

import java.util.Comparator;

/**
 * Why a configuration cannot take an input.
 *
 * @param layer the index of the layer that objects
 * @param kind what it objects to
 * @param reason in words that follow a colon
 */
record Objection(int layer, Mismatch kind, String reason) {

  /** What is wrong; an input that is refused for the last is nearest to fitting. */
  enum Mismatch {
    RANK,
    AXIS_ORDER,
    SIZE
  }

  /** By how much of the network the input fits, the least first. */
  static Comparator<Objection> byFit() {
    return Comparator.comparing(Objection::layer).thenComparing(Objection::kind);
  }
}
