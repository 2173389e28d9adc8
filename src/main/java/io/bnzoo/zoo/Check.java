package io.bnzoo.zoo;

import java.util.Locale;

/** The check every record of this package makes of its components. */
final class Check {
  private Check() {}

  static void argument(boolean holds, String message, Object... values) {
    if (!holds) {
      throw new IllegalArgumentException(String.format(Locale.ROOT, message, values));
    }
  }

  /** Refuses null. */
  static void given(String name, Object value) {
    argument(value != null, "%s must be given, got null", name);
  }

  /** Refuses all but finite numbers above 0. */
  static void aboveZero(String name, double value) {
    argument(value > 0, "%s must be above 0, got %s", name, value);
    argument(Double.isFinite(value), "%s must be finite, got %s", name, value);
  }
}
