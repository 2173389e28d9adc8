package io.bnzoo.data;

import java.nio.file.Path;

/** Which digits somebody asks for. */
public sealed interface DataChoice {

  /** MNIST where it is found or can be fetched, else generated digits. */
  record Automatic() implements DataChoice {}

  /** MNIST in one folder, and nothing else. */
  record Folder(Path path) implements DataChoice {}

  /** Generated digits. */
  record Generated() implements DataChoice {}

  /**
   * Reads what people write.
   *
   * @param text {@code auto}, {@code generated}, or else a folder
   */
  static DataChoice parse(String text) {
    return switch (text) {
      case "auto" -> new Automatic();
      case "generated" -> new Generated();
      default -> new Folder(Path.of(text));
    };
  }
}
