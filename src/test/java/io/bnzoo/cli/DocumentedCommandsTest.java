package io.bnzoo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.bnzoo.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The lines of the documents that begin with {@code bnzoo}, as far as picocli checks them. */
class DocumentedCommandsTest {
  private static final Pattern COMMAND =
      Pattern.compile("(?m)^(?:java -jar target/bnzoo.jar|bnzoo) ([^#\n]*)");

  static List<String> commands() throws IOException {
    List<String> commands = new ArrayList<>();
    for (Path document : Documents.all()) {
      Matcher command = COMMAND.matcher(Files.readString(document));
      while (command.find()) {
        commands.add(command.group(1).strip());
      }
    }
    return commands;
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandInTheDocumentsIsUnderstood(String command) {
    assertThatCode(() -> Bnzoo.commandLine(Interruption.never()).parseArgs(command.split(" +")))
        .doesNotThrowAnyException();
  }

  @Test
  void theReadmeShowsTenCommands() throws IOException {
    assertThat(COMMAND.matcher(Files.readString(Path.of("README.md"))).results()).hasSize(10);
  }
}
