package io.bnzoo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Runs commands in this JVM, on generated digits, and keeps what they print. */
abstract class CommandRun {
  @TempDir Path folder;
  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();

  int run(String... arguments) {
    return run(Interruption.never(), arguments);
  }

  int run(Interruption interruption, String... arguments) {
    CommandLine commandLine = Bnzoo.commandLine(interruption);
    commandLine.setOut(new PrintWriter(out));
    commandLine.setErr(new PrintWriter(err));
    return commandLine.execute(arguments);
  }

  int train(String... more) {
    String[] start = {"train", "mlp", "--data", "generated", "--runs", folder.toString()};
    return run(with(start, more));
  }

  static String[] with(String[] start, String... more) {
    return Stream.of(start, more).flatMap(Arrays::stream).toArray(String[]::new);
  }

  /** As with Ctrl-C at the moment when a line is printed. */
  int interruptedAt(String line, String... arguments) {
    Interruption interruption = Interruption.never();
    return runAndAt(line, interruption::request, interruption, arguments);
  }

  /** Does something at the moment when a line is printed. */
  int runAndAt(String line, Runnable action, Interruption interruption, String... arguments) {
    CommandLine commandLine = Bnzoo.commandLine(interruption);
    commandLine.setErr(new PrintWriter(err));
    commandLine.setOut(
        new PrintWriter(
            new FilterWriter(out) {
              @Override
              public void write(String text, int from, int length) throws IOException {
                super.write(text, from, length);
                if (text.contains(line)) {
                  action.run();
                }
              }
            }));
    return commandLine.execute(arguments);
  }

  static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }
}
