package io.bnzoo.report;

import java.io.IOException;
import java.nio.file.Path;

/** A folder holds something else than the run that is to go on there; the message is one line. */
public final class OtherRunException extends IOException {
  private static final long serialVersionUID = 1L;

  OtherRunException(Path folder, String difference) {
    super(
        String.format(
            "%s does not hold this run: %s; choose another --name, or --fresh to start anew",
            folder, difference));
  }
}
