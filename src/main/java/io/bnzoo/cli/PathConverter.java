package io.bnzoo.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine;

/** Reads the names of files and folders. */
final class PathConverter implements CommandLine.ITypeConverter<Path> {
  @Override
  public Path convert(String text) {
    if (text.isBlank()) { // As from a variable of the shell that is not set.
      throw new CommandLine.TypeConversionException("it is empty");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new CommandLine.TypeConversionException(Failures.invalidPath(e));
    }
  }
}
