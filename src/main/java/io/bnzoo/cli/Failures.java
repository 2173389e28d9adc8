package io.bnzoo.cli;

import io.bnzoo.files.Reason;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;

/** What a command that failed says: one line, and no stack trace unless it is asked for. */
final class Failures {
  /** A variable of the environment; whatever its value, stack traces are printed. */
  static final String STACK_TRACES = "BNZOO_STACK_TRACE";

  private Failures() {}

  /** Prints the line, and returns the exit code. */
  static int report(Throwable thrown, PrintWriter err) {
    err.println("bnzoo: " + Printable.line(line(thrown)));
    if (System.getenv(STACK_TRACES) != null) {
      thrown.printStackTrace(err);
    }
    err.flush();
    return thrown instanceof InvalidPathException ? Bnzoo.USAGE : Bnzoo.FAILURE;
  }

  static String line(Throwable thrown) {
    Optional<Throwable> exhausted = causeOf(thrown, OutOfMemoryError.class);
    if (exhausted.isPresent()) {
      return "there is not enough memory ("
          + Reason.of(exhausted.get())
          + "): give Java more (java -Xmx4g ...), or ask for less at a time";
    }
    if (thrown instanceof InvalidPathException invalid) {
      return invalidPath(invalid);
    }
    if (thrown instanceof IOException file) {
      return line(file);
    }
    if (thrown instanceof CommandFailure) {
      return whole(thrown);
    }
    Throwable defect = thrown;
    while (defect.getCause() != null
        && (defect instanceof CommandLine.ExecutionException
            || defect instanceof ExecutionException
            || defect instanceof UncheckedIOException)) {
      defect = defect.getCause();
    }
    return defect instanceof IOException file ? line(file) : defect(defect);
  }

  /** What nobody has thought of. */
  private static String defect(Throwable thrown) {
    StringBuilder line = new StringBuilder("this should not have happened: ").append(name(thrown));
    for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
      line.append(", caused by ").append(name(cause));
    }
    return line.append("; with ").append(STACK_TRACES).append("=1 set it says where").toString();
  }

  private static String name(Throwable thrown) {
    String type = thrown.getClass().getSimpleName();
    return thrown.getMessage() == null ? type : type + ": " + Reason.of(thrown);
  }

  private static Optional<Throwable> causeOf(Throwable thrown, Class<?> type) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return Optional.of(cause);
      }
    }
    return Optional.empty();
  }

  /** The file system's exceptions often have no more to say than a file's name. */
  private static String line(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return denied.getFile() + ": permission denied";
    }
    if (e instanceof NoSuchFileException missing) {
      return missing.getFile() + ": there is no such file or folder";
    }
    if (e instanceof FileAlreadyExistsException taken) {
      return taken.getFile() + ": there is a file of this name, and a folder is needed";
    }
    if (e instanceof DirectoryNotEmptyException full) {
      return full.getFile() + ": the folder is not empty";
    }
    if (e instanceof NotDirectoryException file) {
      return file.getFile() + " is no folder";
    }
    if (e instanceof FileSystemException other && other.getReason() == null) {
      return other.getFile() + ": " + other.getClass().getSimpleName();
    }
    return whole(e);
  }

  /** A name of a file may have a line feed, which is escaped where it is printed. */
  private static String whole(Throwable thrown) {
    return thrown.getMessage() == null ? Reason.of(thrown) : thrown.getMessage();
  }

  /** Java can name files in the characters of the locale alone. */
  static String invalidPath(InvalidPathException e) {
    boolean foreign = e.getInput().chars().anyMatch(character -> character > 127);
    Charset charset =
        Charset.forName(System.getProperty("sun.jnu.encoding", StandardCharsets.UTF_8.name()));
    return foreign && !charset.equals(StandardCharsets.UTF_8)
        ? String.format(
            "'%s' cannot name a file in the locale's characters, %s: set LC_ALL=C.UTF-8",
            e.getInput(), charset)
        : String.format("'%s' cannot name a file: %s", e.getInput(), e.getReason());
  }
}
