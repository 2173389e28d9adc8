package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {
  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new AccessDeniedException("a"), "a: permission denied"),
        Arguments.of(new NoSuchFileException("a"), "a: there is no such file or folder"),
        Arguments.of(new DirectoryNotEmptyException("a"), "a: the folder is not empty"),
        Arguments.of(new NotDirectoryException("a"), "a is no folder"),
        Arguments.of(new FileSystemException("a", null, "Is a directory"), "a: Is a directory"),
        Arguments.of(new FileSystemException("a"), "a: FileSystemException"),
        Arguments.of(new EOFException(), "EOFException"),
        Arguments.of(new ClosedChannelException(), "ClosedChannelException"),
        Arguments.of(new UncheckedIOException(new IOException("disk full")), "disk full"),
        Arguments.of(new CommandFailure("that will not do"), "that will not do"),
        Arguments.of(
            new IllegalStateException("a trial failed", new OutOfMemoryError("Java heap space")),
            "there is not enough memory (Java heap space): give Java more (java -Xmx4g ...), or ask"
                + " for less at a time"),
        Arguments.of(
            new IllegalStateException("a trial failed", new NullPointerException()),
            "this should not have happened: IllegalStateException: a trial failed, caused by"
                + " NullPointerException; with BNZOO_STACK_TRACE=1 set it says where"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void everyFailureIsALineThatSaysWhatItIs(Throwable thrown, String line) {
    assertThat(Failures.line(thrown)).isEqualTo(line);
  }

  @Test
  void aFailureIsPrintedInALineWithoutAStackTrace() {
    StringWriter err = new StringWriter();
    int code = Failures.report(new IllegalStateException("first\nsecond"), new PrintWriter(err));
    assertThat(code).isEqualTo(Bnzoo.FAILURE);
    assertThat(err.toString().lines()).hasSize(1);
  }
}
