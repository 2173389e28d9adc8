package io.bnzoo.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.files.AtomicFile;
import io.bnzoo.files.Reason;
import io.bnzoo.report.DiagnosisPage;
import io.bnzoo.report.DiagnosisText;
import io.bnzoo.report.TextTable;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.toolbox.Diagnosis;
import io.bnzoo.toolbox.Finding;
import io.bnzoo.train.ModelEvaluation;
import io.bnzoo.train.TrainingImages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bnzoo diagnose}. */
@Command(
    name = "diagnose",
    description = {
      "Tells what is wrong with the batch norm of a saved model, if anything.",
      "",
      "Takes any Deeplearning4j .zip. Without --data it reads the configuration and the values in"
          + " the file. With --data it also compares the running statistics with those of the"
          + " images, and the accuracy by either: whether the statistics or the weights are at"
          + " fault."
    },
    footer = {
      "",
      "Exit codes: 0 nothing wrong, 3 something wrong or suspect; else as all commands.",
      "",
      "Examples:",
      "  bnzoo diagnose MODEL.zip",
      "  bnzoo diagnose MODEL.zip --data DIR --html diagnosis.html"
    })
final class DiagnoseCommand extends BnzooCommand {
  @Mixin private ModelFileOptions model;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "2000",
      description = "How many test images to take. Default: ${DEFAULT-VALUE}.")
  private int count;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Also write a page with a picture of each layer.")
  private Optional<Path> page;

  @Option(names = "--force", description = "Replace the page if there is one.")
  private boolean force;

  @Mixin private ChannelOptions channels;
  @Mixin private DataOptions data;
  @Mixin private EngineOptions engine;
  @Mixin private Terminal terminal;

  private boolean wrong;

  /** What {@code --json} prints. */
  record DiagnosisDocument(
      String model,
      Optional<TrainingImages> trainedOn,
      Optional<ImageDataset.Origin> data,
      Optional<String> channels,
      @JsonUnwrapped Diagnosis diagnosis) {}

  @Override
  Task prepare() {
    if (count < 1) {
      throw new IllegalArgumentException("--images must be at least 1, got " + count);
    }
    if (channels.isReversed() && !data.isGiven()) {
      throw new IllegalArgumentException(
          "--bgr is for images, which " + DataOptions.NAME + " names");
    }
    model.trusted();
    data.choice();
    page.ifPresent(file -> OutputFileOptions.checked("--html", file, model.file(), force));
    return this::diagnose;
  }

  @Override
  int exitCode() {
    return wrong ? Bnzoo.FOUND : Bnzoo.SUCCESS;
  }

  private void diagnose() throws IOException {
    if (data.isGiven()) {
      engine.start(terminal);
    }
    StoredModel stored = model.open(terminal);
    Optional<ImageDataset> images =
        data.isGiven() ? Optional.of(data.loadAndTell(terminal)) : Optional.empty();
    Diagnosis diagnosis =
        images.isPresent() ? with(stored, images.get()) : Diagnosis.of(stored.model());
    wrong = diagnosis.isWrong();
    if (page.isPresent()) {
      AtomicFile.write(
          page.get(), DiagnosisPage.of(model.file().getFileName().toString(), diagnosis));
    }
    terminal.printResult(
        new DiagnosisDocument(
            model.file().toString(),
            images.flatMap(given -> TrainingImages.of(stored, given.origin())),
            images.map(ImageDataset::origin),
            channels.name(),
            diagnosis),
        () -> {
          print(diagnosis, training(stored, images));
          page.ifPresent(file -> terminal.print("written: " + file));
        });
  }

  private Diagnosis with(StoredModel stored, ImageDataset images) {
    LabeledImages test = channels.inOrder(images.test().first(count), stored, terminal);
    ModelEvaluation.obstacle(stored.model()).ifPresent(reason -> engine.without(reason, terminal));
    try (Terminal.Progress progress = terminal.progress()) {
      return Diagnosis.of(stored, engine.factory(terminal), test, progress);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(model.file() + " cannot be given these images: " + Reason.of(e));
    }
  }

  /** What the model was trained on, if its file says so, and the images if they are others. */
  private static Optional<String> training(StoredModel stored, Optional<ImageDataset> images) {
    String others =
        images
            .map(ImageDataset::origin)
            .filter(
                origin -> TrainingImages.of(stored, origin).filter(it -> !it.same()).isPresent())
            .map(origin -> "; diagnosed on " + origin.kind().label())
            .orElse("");
    return TrainingImages.label(stored).map(label -> "Trained on " + label + others + ".");
  }

  private void print(Diagnosis diagnosis, Optional<String> training) {
    terminal.printSentence(diagnosis.verdict());
    training.ifPresent(terminal::printSentence);
    for (Finding finding : diagnosis.findings()) {
      terminal.print("");
      terminal.printSentence(DiagnosisText.title(finding));
      terminal.printSentence("    " + finding.evidence());
      terminal.printSentence("    " + finding.remedy());
    }
    if (diagnosis.layers().isEmpty()) {
      return;
    }
    diagnosis.data().ifPresent(measured -> printTable(DiagnosisText.accuracies(measured)));
    printTable(DiagnosisText.layers(diagnosis));
    terminal.print("");
    terminal.printSentence(DiagnosisText.legend(diagnosis));
  }

  private void printTable(List<List<String>> rows) {
    terminal.print("\n" + TextTable.plain(rows).stripTrailing());
  }
}
