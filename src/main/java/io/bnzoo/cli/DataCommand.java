package io.bnzoo.cli;

import io.bnzoo.data.DataChoice;
import io.bnzoo.data.DigitLibrary;
import io.bnzoo.data.Digits;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bnzoo data}. */
@Command(
    name = "data",
    description = {
      "Shows, fetches and verifies the digits.",
      "",
      "Looks in $BNZOO_DATA, ~/.bnzoo/mnist and Deeplearning4j's folder; else downloads MNIST"
          + " (11 MB); and where no mirror answers, draws digits of its own."
    },
    footer = {
      "",
      "Examples:",
      "  bnzoo data",
      "  bnzoo data --data /where/mnist/is",
      "  bnzoo data --data generated --json"
    })
final class DataCommand extends BnzooCommand {
  @Mixin private DataOptions data;
  @Mixin private Terminal terminal;

  /** What {@code --json} prints. */
  record DataSummary(Digits.Origin origin, int training, int validation, int test) {}

  @Override
  Task prepare() {
    return this::show;
  }

  private void show() throws IOException {
    if (data.choice() instanceof DataChoice.Automatic) {
      DigitLibrary library = DigitLibrary.standard();
      terminal.tell(
          library.find().map(folder -> "looking in " + folder).orElse("MNIST is not here yet"));
    }
    Digits digits = data.load(terminal);
    DataSummary document =
        new DataSummary(
            digits.origin(),
            digits.train().size(),
            digits.validation().size(),
            digits.test().size());
    terminal.printResult(document, () -> terminal.print(text(document)));
  }

  private static String text(DataSummary document) {
    return String.format(
        Locale.ROOT,
        "%s%nverified: %,d training, %,d validation and %,d test images%nSHA-256 of all: %s",
        document.origin().description(),
        document.training(),
        document.validation(),
        document.test(),
        document.origin().sha256());
  }
}
