package io.bnzoo.run;

import java.io.IOException;
import java.nio.file.Path;

/** A folder holds something else than the run that is asked for; the message is one line. */
public final class OtherRunException extends IOException {
  private static final long serialVersionUID = 1L;

  private OtherRunException(String message) {
    super(message);
  }

  /** A run was to begin, or to be resumed, in a folder that it cannot have. */
  static OtherRunException taken(Path folder, String difference) {
    return new OtherRunException(
        String.format(
            "%s does not hold this run: %s; choose another --name, or --fresh to start anew",
            folder, difference));
  }

  /** The run in a folder was to be resumed, and there is none. */
  static OtherRunException missing(Path folder, String reason) {
    return new OtherRunException(
        String.format("%s holds no run of train or compare: %s", folder, reason));
  }
}
