package io.bnzoo.files;

/** Why something failed, in a line. */
public final class Reason {
  private Reason() {}

  /** The first line of an exception's message, or its class's name where it says nothing. */
  public static String of(Throwable thrown) {
    String message = thrown.getMessage() == null ? "" : thrown.getMessage();
    return message.lines().findFirst().orElse(thrown.getClass().getSimpleName());
  }
}
