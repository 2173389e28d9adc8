package io.bnzoo.data;

import java.io.IOException;

/** A data file that is missing, damaged or something else than its name says. */
public final class DataException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Without another exception behind it.
   *
   * @param message one line that names the file or folder and says what is wrong with it
   */
  public DataException(String message) {
    super(message);
  }

  DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
