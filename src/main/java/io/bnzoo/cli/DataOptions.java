package io.bnzoo.cli;

import io.bnzoo.data.DataChoice;
import io.bnzoo.data.DigitLibrary;
import io.bnzoo.data.Digits;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Which digits a command works on. */
final class DataOptions {
  static final String NAME = "--data";

  @Option(
      names = DataOptions.NAME,
      paramLabel = "DIR|generated",
      converter = DataConverter.class,
      defaultValue = "auto",
      description = {
        "A folder with MNIST's four IDX files (plain or .gz), or 'generated' for generated digits.",
        "By default: $BNZOO_DATA, ~/.bnzoo/mnist, Deeplearning4j's folder, else a download."
      })
  private String data;

  /** Refuses what names nothing; it is kept as it was given. */
  static final class DataConverter implements CommandLine.ITypeConverter<String> {
    @Override
    public String convert(String text) {
      new PathConverter().convert(text);
      return text;
    }
  }

  /** What was given to the option, so that it means the same from any folder. */
  static String absolute(String data) {
    return DataChoice.parse(data) instanceof DataChoice.Folder folder
        ? folder.path().toAbsolutePath().normalize().toString()
        : data;
  }

  DataChoice choice() {
    return DataChoice.parse(data);
  }

  Digits load(Terminal terminal) throws IOException {
    try (Terminal.Progress progress = terminal.progress()) {
      return DigitLibrary.standard()
          .withNotices(terminal::warn)
          .withProgress(progress)
          .load(choice());
    }
  }

  /** The same, and tells which they are. */
  Digits loadAndTell(Terminal terminal) throws IOException {
    Digits digits = load(terminal);
    terminal.tell("data: " + digits.origin().description());
    return digits;
  }
}
