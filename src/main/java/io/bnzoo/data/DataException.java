package io.bnzoo.data;

import java.io.IOException;

/** A data file that is missing, damaged or something else than its name says. */
public final class DataException extends IOException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
