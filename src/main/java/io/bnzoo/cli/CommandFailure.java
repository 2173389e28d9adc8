package io.bnzoo.cli;

/** A command that cannot do what it was asked; the message says why in one line. */
final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CommandFailure(String message) {
    super(message);
  }
}
