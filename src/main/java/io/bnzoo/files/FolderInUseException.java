package io.bnzoo.files;

import java.io.IOException;
import java.nio.file.Path;

/** Another process works in a folder; the message is one line and says what to do. */
public final class FolderInUseException extends IOException {
  private static final long serialVersionUID = 1L;

  FolderInUseException(Path folder) {
    super(
        folder
            + " is in use by another process: wait until that is done, or choose another folder");
  }
}
