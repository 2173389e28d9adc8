package io.bnzoo.cli;

import java.util.Locale;

/** Text that does nothing to a terminal but to be read, whatever names of files are in it. */
final class Printable {
  private static final int COLUMNS = 80;
  private static final String CONTINUATION = "  ";

  private Printable() {}

  /** One line: all characters that are not for reading are escaped, line feeds among them. */
  static String line(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            character -> {
              if (isForReading(character)) {
                line.appendCodePoint(character);
              } else {
                line.append(String.format(Locale.ROOT, "\\u%04x", character));
              }
            });
    return line.toString();
  }

  /** The same for several lines. */
  static String lines(String text) {
    StringBuilder lines = new StringBuilder(text.length());
    int from = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      lines.append(line(text.substring(from, end))).append('\n');
      from = end + 1;
    }
    return lines.append(line(text.substring(from))).toString();
  }

  /** A line broken at its spaces, where it can be, so that none has more columns than usual. */
  static String sentence(String text) {
    String rest = line(text);
    int indentation = rest.length() - rest.stripLeading().length();
    StringBuilder lines = new StringBuilder();
    int least = indentation;
    while (rest.length() > COLUMNS) {
      int space = rest.lastIndexOf(' ', COLUMNS);
      space = space > least ? space : rest.indexOf(' ', COLUMNS);
      if (space < 0) {
        break;
      }
      lines.append(rest.substring(0, space).stripTrailing()).append('\n');
      least = indentation + CONTINUATION.length();
      rest = " ".repeat(indentation) + CONTINUATION + rest.substring(space).stripLeading();
    }
    return lines.append(rest).toString();
  }

  /** Control characters, those that turn the direction of writing around, and halves of one. */
  private static boolean isForReading(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }
}
