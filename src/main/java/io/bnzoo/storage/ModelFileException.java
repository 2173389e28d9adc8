package io.bnzoo.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** A file that is no model, or none that may be loaded; the message is one line and says why. */
public final class ModelFileException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Without another exception behind it.
   *
   * @param message one line that names the file and says what is wrong with it
   */
  public ModelFileException(String message) {
    super(message);
  }

  /**
   * The same, with what Java, Jackson or Deeplearning4j have said.
   *
   * @param message one line, as above
   * @param cause for a stack trace; the message is complete without it
   */
  public ModelFileException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * "FILE is refused: WHAT; ADVICE".
   *
   * @param reason what is wrong and what to do, a format
   */
  static ModelFileException refused(Path file, String reason, Object... values) {
    return new ModelFileException(
        file + " is refused: " + String.format(Locale.ROOT, reason, values));
  }

  /** The same, of what another exception says. */
  static ModelFileException refused(Path file, Throwable cause, String reason, Object... values) {
    ModelFileException refused = refused(file, reason, values);
    refused.initCause(cause);
    return refused;
  }
}
