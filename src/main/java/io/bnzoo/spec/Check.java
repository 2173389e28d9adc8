package io.bnzoo.spec;

import java.util.Locale;

/** The check every record of this package makes of its components. */
final class Check {
  private Check() {}

  static void argument(boolean holds, String message, Object... values) {
    if (!holds) {
      throw new IllegalArgumentException(String.format(Locale.ROOT, message, values));
    }
  }
}
