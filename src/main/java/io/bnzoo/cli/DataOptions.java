package io.bnzoo.cli;

import io.bnzoo.data.DataChoice;
import io.bnzoo.data.DigitLibrary;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.ImageSize;
import io.bnzoo.engine.NetworkInput;
import io.bnzoo.storage.Manifest;
import io.bnzoo.storage.StoredModel;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.inputs.InputType;
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
        "A folder of images: IDX files as MNIST's (plain or .gz), CIFAR-10's binary files, or a"
            + " folder of PNG or JPEG files for each class; or 'generated' for generated digits.",
        "By default, or with auto, MNIST: $BNZOO_DATA, ~/.bnzoo/mnist, Deeplearning4j's folder, else a download."
      })
  private String data;

  @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
  private CommandLine.Model.CommandSpec command;

  @Option(
      names = "--image-size",
      paramLabel = "HxW",
      converter = SizeConverter.class,
      description = "Scale PNG and JPEG files to this height and width, as in 32x32.")
  private Optional<ImageSize> imageSize;

  /** Reads a size. */
  static final class SizeConverter implements CommandLine.ITypeConverter<ImageSize> {
    @Override
    public ImageSize convert(String text) {
      try {
        return ImageSize.parse(text);
      } catch (IllegalArgumentException e) {
        throw new CommandLine.TypeConversionException(e.getMessage());
      }
    }
  }

  /** Refuses what names nothing; it is kept as it was given. */
  static final class DataConverter implements CommandLine.ITypeConverter<String> {
    @Override
    public String convert(String text) {
      new PathConverter().convert(text);
      return text;
    }
  }

  /** Whether the option is on the command line. */
  boolean isGiven() {
    return command.commandLine().getParseResult().hasMatchedOption(NAME);
  }

  /** What was given to the option, so that it means the same from any folder. */
  static String absolute(String data) {
    return DataChoice.parse(data) instanceof DataChoice.Folder folder
        ? folder.path().toAbsolutePath().normalize().toString()
        : data;
  }

  /**
   * What is asked for.
   *
   * @throws IllegalArgumentException if a size is given for what has no files to scale
   */
  DataChoice choice() {
    DataChoice choice = DataChoice.parse(data);
    if (choice instanceof DataChoice.Folder folder) {
      return new DataChoice.Folder(folder.path(), imageSize);
    }
    if (imageSize.isPresent()) {
      throw new IllegalArgumentException("--image-size is for a folder of images, see --data");
    }
    return choice;
  }

  /** The height and width that were asked for. */
  Optional<ImageSize> imageSize() {
    return imageSize;
  }

  /**
   * What a model takes.
   *
   * @param options those that tell the size of its images, for people
   * @throws IllegalArgumentException if neither the model, nor its file, nor the size says it
   */
  static List<InputType> types(StoredModel stored, Optional<ImageSize> size, String options) {
    try {
      return NetworkInput.types(stored.model(), size);
    } catch (IllegalArgumentException e) {
      Optional<ImageSize> recorded = size.isPresent() ? Optional.empty() : recordedSize(stored);
      if (recorded.isPresent()) {
        return NetworkInput.types(stored.model(), recorded);
      }
      throw new IllegalArgumentException(e.getMessage() + " (" + options + ")", e);
    }
  }

  /** That of the images which the model was trained on, where its file says so. */
  private static Optional<ImageSize> recordedSize(StoredModel stored) {
    return stored
        .manifest()
        .flatMap(Manifest::origin)
        .map(origin -> origin.at("/specification/input"))
        .filter(input -> input.path("height").asInt() > 0 && input.path("width").asInt() > 0)
        .map(input -> new ImageSize(input.path("height").asInt(), input.path("width").asInt()));
  }

  ImageDataset load(Terminal terminal) throws IOException {
    try (Terminal.Progress progress = terminal.progress()) {
      return DigitLibrary.standard()
          .withNotices(terminal::warn)
          .withProgress(progress)
          .load(choice());
    }
  }

  /** The same, and tells which they are. */
  ImageDataset loadAndTell(Terminal terminal) throws IOException {
    ImageDataset digits = load(terminal);
    terminal.tell("data: " + digits.summary());
    return digits;
  }
}
