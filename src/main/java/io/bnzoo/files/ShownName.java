package io.bnzoo.files;

/** A name out of somebody else's file, as a message may show it. */
public final class ShownName {
  private static final int LONGEST = 60;

  private ShownName() {}

  /** The name without characters that would write on the terminal, and not too long. */
  public static String of(String name) {
    String shown = name.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}]", "?");
    return shown.length() > LONGEST ? shown.substring(0, LONGEST) + "..." : shown;
  }
}
