package io.bnzoo.cli;

import io.bnzoo.data.DataChoice;
import io.bnzoo.data.DigitLibrary;
import io.bnzoo.data.ImageDataset;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bnzoo data}. */
@Command(
    name = "data",
    description = {
      "Shows and verifies MNIST, or the images in a folder.",
      "",
      "Looks in $BNZOO_DATA, ~/.bnzoo/mnist and Deeplearning4j's folder; else downloads MNIST"
          + " (11 MB); and where no mirror answers, draws digits of its own."
    },
    footer = {
      "",
      "Examples:",
      "  bnzoo data",
      "  bnzoo data --data /where/mnist/is",
      "  bnzoo data --data photos --image-size 32x32",
      "  bnzoo data --data generated --json"
    })
final class DataCommand extends BnzooCommand {
  @Mixin private DataOptions data;
  @Mixin private Terminal terminal;

  /** What {@code --json} prints. */
  record DataSummary(
      ImageDataset.Origin origin,
      int training,
      int validation,
      int test,
      int height,
      int width,
      int channels,
      int classes,
      List<String> classNames) {}

  @Override
  Task prepare() {
    data.choice();
    return this::show;
  }

  private void show() throws IOException {
    if (data.choice() instanceof DataChoice.Automatic) {
      DigitLibrary library = DigitLibrary.standard();
      terminal.tell(
          library.find().map(folder -> "looking in " + folder).orElse("MNIST is not here yet"));
    }
    ImageDataset digits = data.load(terminal);
    DataSummary document =
        new DataSummary(
            digits.origin(),
            digits.train().size(),
            digits.validation().size(),
            digits.test().size(),
            digits.shape().height(),
            digits.shape().width(),
            digits.shape().channels(),
            digits.classes(),
            digits.classNames());
    terminal.printResult(document, () -> terminal.print(text(document)));
  }

  private static String text(DataSummary document) {
    return String.format(
        Locale.ROOT,
        "%s%n%s: %,d training, %,d validation and %,d test images%n"
            + "%d x %d pixels, channels: %d; classes: %,d%s%nSHA-256 of all: %s",
        document.origin().description(),
        document.origin().kind() == ImageDataset.Kind.OTHER ? "read" : "verified",
        document.training(),
        document.validation(),
        document.test(),
        document.height(),
        document.width(),
        document.channels(),
        document.classes(),
        document.classNames().isEmpty()
            ? ""
            : " (" + String.join(", ", document.classNames()) + ")",
        document.origin().sha256());
  }
}
