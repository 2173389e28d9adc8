package io.bnzoo.data;

import java.nio.file.Path;
import java.util.Optional;

/** Which images somebody asks for. */
public sealed interface DataChoice {

  /** MNIST where it is found or can be fetched, else generated digits. */
  record Automatic() implements DataChoice {}

  /**
   * The images of one folder, whatever they are.
   *
   * @param path of the folder
   * @param size that all are scaled to, where they are PNG or JPEG files; none to leave them
   */
  record Folder(Path path, Optional<ImageSize> size) implements DataChoice {
    /** All images in the size that they have. */
    public Folder(Path path) {
      this(path, Optional.empty());
    }
  }

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
