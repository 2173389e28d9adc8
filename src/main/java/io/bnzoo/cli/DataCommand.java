package io.bnzoo.cli;

import io.bnzoo.data.DataChoice;
import io.bnzoo.data.DigitLibrary;
import io.bnzoo.data.Digits;
import io.bnzoo.report.Json;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
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
final class DataCommand implements Callable<Integer> {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;
  @Mixin private DataOptions data;
  @Mixin private OutputOptions output;

  /** What {@code --json} prints. */
  record Document(Digits.Origin origin, int training, int validation, int test) {}

  @Override
  public Integer call() throws IOException {
    Terminal terminal = output.terminal(spec);
    if (data.choice() instanceof DataChoice.Automatic) {
      DigitLibrary library = DigitLibrary.standard();
      terminal.tell(
          library.find().map(folder -> "looking in " + folder).orElse("MNIST is not here yet"));
    }
    Digits digits = data.load(terminal);
    Document document =
        new Document(
            digits.origin(),
            digits.train().size(),
            digits.validation().size(),
            digits.test().size());
    terminal.print(output.json() ? Json.write(document).stripTrailing() : text(document));
    return Bnzoo.SUCCESS;
  }

  private static String text(Document document) {
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
