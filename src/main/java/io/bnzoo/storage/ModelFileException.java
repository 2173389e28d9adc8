package io.bnzoo.storage;

import java.io.IOException;

/** A file that is no model, or none that may be loaded; the message is one line and says why. */
public final class ModelFileException extends IOException {
  private static final long serialVersionUID = 1L;

  public ModelFileException(String message) {
    super(message);
  }

  public ModelFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
