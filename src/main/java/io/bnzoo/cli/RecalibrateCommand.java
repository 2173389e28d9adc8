package io.bnzoo.cli;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.files.Reason;
import io.bnzoo.report.TextTable;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.toolbox.Recalibration;
import io.bnzoo.train.EvaluationRecord;
import io.bnzoo.train.ModelEvaluation;
import io.bnzoo.train.TrainingImages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bnzoo recalibrate}. */
@Command(
    name = "recalibrate",
    description = {
      "Computes a saved model's running statistics anew.",
      "",
      "Takes any Deeplearning4j .zip that takes the images. Weights, gamma and beta stay. Layer by"
          + " layer, the mean and the variance of what the layer is given are computed over the"
          + " training images, pooled exactly; the test images show what it was good for. Frozen"
          + " layers keep theirs, with which those behind them were trained. A BatchNormLstm gets the"
          + " statistics of each time step, with batches normalized as in training.",
      "",
      "With images from elsewhere this adapts the model to them (AdaBN); their labels do not count."
    },
    footer = {
      "",
      "Examples:",
      "  bnzoo recalibrate MODEL.zip -o NEW.zip",
      "  bnzoo recalibrate MODEL.zip -o NEW.zip --data photos --image-size 32x32"
    })
final class RecalibrateCommand extends BnzooCommand {
  private static final int USUAL_IMAGES = 10_000;

  @Mixin private ModelFileOptions model;
  @Mixin private OutputFileOptions output;

  @Option(
      names = "--images",
      paramLabel = "N",
      description = "How many of the training images at most. Default: ${DEFAULT-VALUE}.")
  private int most = USUAL_IMAGES;

  @Mixin private DataOptions data;
  @Mixin private EngineOptions engine;
  @Mixin private Terminal terminal;

  /** What {@code --json} prints. */
  record RecalibrationDocument(
      String model,
      String output,
      Optional<TrainingImages> trainedOn,
      ImageDataset.Origin data,
      int testImages,
      double accuracyBefore,
      double accuracyAfter,
      Recalibration recalibration) {}

  @Override
  Task prepare() {
    model.trusted();
    data.choice();
    if (most < 1) {
      throw new IllegalArgumentException("--images must be at least 1, got " + most);
    }
    Path file = output.checked(model.file());
    return () -> recalibrate(file);
  }

  private void recalibrate(Path file) throws IOException {
    engine.start(terminal);
    StoredModel stored = model.open(terminal);
    ImageDataset images = data.loadAndTell(terminal);
    Optional<TrainingImages> trainedOn = TrainingImages.of(stored, images.origin());
    LabeledImages seen = images.train().first(most);
    try {
      double before = accuracy(stored, images); // Which refuses images of another size.
      trainedOn
          .filter(known -> !known.same())
          .ifPresent(
              known ->
                  terminal.tell(
                      "model: trained on "
                          + known.label()
                          + "; its statistics become those of "
                          + images.origin().kind().label()
                          + " (AdaBN)"));
      Recalibration done = recalibration(stored, seen);
      double after = accuracy(stored, images);
      ModelFiles.saveChanged(
          stored,
          stored.model(),
          String.format(
              Locale.ROOT,
              "recalibrated on %,d images of %s",
              seen.size(),
              images.origin().kind().label()),
          true,
          file);
      terminal.printResult(
          new RecalibrationDocument(
              model.file().toString(),
              file.toString(),
              trainedOn,
              images.origin(),
              images.test().size(),
              before,
              after,
              done),
          () -> print(done, images.test().size(), before, after, file));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(model.file() + " cannot be recalibrated here: " + Reason.of(e));
    }
  }

  private double accuracy(StoredModel stored, ImageDataset images) {
    try (ModelEvaluation evaluation =
            new ModelEvaluation(stored, engine.factory(terminal), images.test());
        Terminal.Progress progress = terminal.progress()) {
      EvaluationRecord figures = evaluation.run(progress);
      return figures.accuracy();
    }
  }

  private Recalibration recalibration(StoredModel stored, LabeledImages seen) {
    try (Terminal.Progress progress = terminal.progress()) {
      return Recalibration.of(stored.model(), stored.inputs(seen), progress);
    }
  }

  private void print(Recalibration done, int test, double before, double after, Path file) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("batch norm", "features", "mean moved by", "deviation times"));
    for (Recalibration.Layer layer : done.layers()) {
      rows.add(
          List.of(
              layer.name(),
              String.valueOf(layer.features()),
              String.format(Locale.ROOT, "%.3f sd", layer.meanMoved()),
              String.format(Locale.ROOT, "%.3f", layer.deviationFactor())));
    }
    terminal.print(TextTable.plain(rows));
    if (!done.frozen().isEmpty()) {
      terminal.printSentence(
          "frozen, with the statistics that the layers behind were trained with: "
              + String.join(", ", done.frozen()));
    }
    terminal.print(
        String.format(
            Locale.ROOT,
            "statistics of %,d images%naccuracy on %,d test images: %s before, %s after",
            done.images(),
            test,
            TextTable.share(before),
            TextTable.share(after)));
    terminal.print("written: " + file);
  }
}
