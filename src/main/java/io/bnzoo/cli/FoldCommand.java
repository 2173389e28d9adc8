package io.bnzoo.cli;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.data.ImageBatch;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.ImageShape;
import io.bnzoo.engine.ImageInput;
import io.bnzoo.files.Reason;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.toolbox.FoldedModel;
import io.bnzoo.toolbox.Folding;
import io.bnzoo.toolbox.ModelInputs;
import io.bnzoo.toolbox.PredictionComparison;
import io.bnzoo.toolbox.PredictionSpeed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bnzoo fold}. */
@Command(
    name = "fold",
    description = {
      "Folds a saved model's batch normalizations into the layers around them.",
      "",
      "What is written predicts the same with fewer layers, all of them Deeplearning4j's own. It is"
          + " for predictions: the state of its training is gone, and so is the batch norm that it"
          + " was trained with.",
      "",
      "The logits of both models are compared over the first test images of --data, or over random"
          + " inputs if there is none; and how fast they predict a batch."
    },
    footer = {
      "",
      "Examples:",
      "  bnzoo fold MODEL.zip -o SMALL.zip",
      "  bnzoo fold MODEL.zip -o SMALL.zip --data generated"
    })
final class FoldCommand extends BnzooCommand {
  private static final int IMAGES = 1000;
  private static final int BATCH = 64;

  @Mixin private ModelFileOptions model;
  @Mixin private OutputFileOptions output;

  @Option(
      names = "--partly",
      description = "Keep what cannot be folded exactly, and fold the rest.")
  private boolean partly;

  @Mixin private DataOptions data;
  @Mixin private Terminal terminal;

  /** What {@code --json} prints. */
  record FoldingDocument(
      String model,
      String output,
      List<FoldedModel.Folded> folded,
      List<FoldedModel.Kept> kept,
      String comparedOn,
      PredictionComparison.Result logits,
      int batchSize,
      List<PredictionSpeed> speed) {}

  @Override
  Task prepare() {
    model.trusted();
    if (data.isGiven()) {
      data.choice();
    }
    Path file = output.checked(model.file());
    return () -> fold(file);
  }

  private void fold(Path file) throws IOException {
    NativeBackend.enableOneDnn();
    StoredModel stored = model.open(terminal);
    FoldedModel folded = Folding.of(stored.model());
    requireFolded(folded);
    try {
      FoldingDocument document = compared(stored, folded, file);
      if (!document.logits().isSame()) {
        throw new CommandFailure(
            model.file()
                + " cannot be folded: "
                + document.logits().description()
                + " would differ");
      }
      ModelFiles.saveChanged(
          stored,
          folded.model(),
          "batch norm folded into other layers, without the state of its training",
          false,
          file);
      terminal.printResult(document, () -> print(document));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(model.file() + " cannot be compared: " + Reason.of(e));
    }
  }

  private void requireFolded(FoldedModel folded) {
    if (folded.folded().isEmpty() && folded.kept().isEmpty()) {
      throw new CommandFailure(model.file() + " has no batch norm to fold");
    }
    if (folded.folded().isEmpty() || !(partly || folded.kept().isEmpty())) {
      throw new CommandFailure(
          model.file()
              + " cannot be folded: "
              + folded.kept().stream().map(FoldCommand::reason).collect(Collectors.joining("; "))
              + (folded.folded().isEmpty() ? "" : "; --partly folds the other layers"));
    }
  }

  private static String reason(FoldedModel.Kept kept) {
    return kept.layer() + " stays (" + kept.before() + ", and " + kept.behind() + ")";
  }

  private FoldingDocument compared(StoredModel stored, FoldedModel folded, Path file)
      throws IOException {
    PredictionComparison comparison = new PredictionComparison(stored.model(), folded.model());
    ModelInputs batch;
    String comparedOn;
    if (data.isGiven()) {
      ImageDataset images = data.loadAndTell(terminal);
      batch = compare(comparison, stored, images);
      comparedOn = images.origin().kind().label();
    } else {
      batch =
          ModelInputs.random(
              DataOptions.types(stored, data.imageSize(), "--image-size, or --data"), BATCH);
      comparison.add(batch);
      comparedOn = "random inputs";
    }
    List<PredictionSpeed> speed = new ArrayList<>();
    speed.add(PredictionSpeed.byDeeplearning4j(stored.model(), batch, folded.model(), batch));
    PredictionSpeed.byOneDnn(stored.model(), batch, folded.model(), batch).ifPresent(speed::add);
    return new FoldingDocument(
        model.file().toString(),
        file.toString(),
        folded.folded(),
        folded.kept(),
        comparedOn,
        comparison.result(),
        (int) batch.arrays().get(0).size(0),
        speed);
  }

  /** Returns the first batch. */
  private static ModelInputs compare(
      PredictionComparison comparison, StoredModel stored, ImageDataset images) {
    ImageShape shape = images.shape();
    ImageInput input = ImageInput.of(stored.model(), shape);
    Iterator<? extends ImageBatch> batches =
        stored.inputs(images.test().first(IMAGES)).inBatches(BATCH).iterator();
    List<ModelInputs> first = new ArrayList<>();
    while (batches.hasNext()) {
      ModelInputs batch =
          new ModelInputs(
              List.of(input.type(shape)), List.of(input.shaped(batches.next().images(), shape)));
      comparison.add(batch);
      if (first.isEmpty()) {
        first.add(batch);
      }
    }
    return first.get(0);
  }

  private void print(FoldingDocument document) {
    document
        .folded()
        .forEach(layer -> terminal.print(layer.layer() + " -> " + String.join(", ", layer.into())));
    document.kept().forEach(layer -> terminal.printSentence(reason(layer)));
    terminal.printSentence(
        "logits: at most "
            + document.logits().description()
            + String.format(Locale.ROOT, " apart on %,d of ", document.logits().examples())
            + document.comparedOn());
    for (PredictionSpeed speed : document.speed()) {
      terminal.printSentence(
          String.format(
              Locale.ROOT,
              "%s: a batch of %d in %.2f ms before, %.2f ms after, %.2f times as fast",
              speed.engine(),
              document.batchSize(),
              speed.before(),
              speed.after(),
              speed.gain()));
    }
    terminal.print("written: " + document.output());
  }
}
