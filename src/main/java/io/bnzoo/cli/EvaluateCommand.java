package io.bnzoo.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.files.Reason;
import io.bnzoo.report.EvaluationText;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.train.EvaluationRecord;
import io.bnzoo.train.ModelEvaluation;
import io.bnzoo.train.TrainingImages;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bnzoo evaluate}. */
@Command(
    name = "evaluate",
    description = {
      "Evaluates a saved model on the test images.",
      "",
      "Takes any Deeplearning4j .zip whose network takes the images (flat, NCHW or NHWC)"
          + " and has an output for each of their classes. The file is inspected before anything in it is read as an object.",
      "",
      "Pixels are given as 0 to 1. A normalizer in the file (NormalizerStandardize,"
          + " NormalizerMinMaxScaler, ImagePreProcessingScaler) is applied, to the pixels that it"
          + " expects, 0 to 1 or 0 to 255; the result says which."
    },
    footer = {
      "",
      "Examples:",
      "  bnzoo evaluate runs/compare-deep-cnn/batch-norm-seed-1.zip",
      "  bnzoo evaluate MODEL.zip --json > evaluation.json"
    })
final class EvaluateCommand extends BnzooCommand {
  @Mixin private ModelFileOptions model;

  @Mixin private ChannelOptions channels;
  @Mixin private DataOptions data;
  @Mixin private EngineOptions engine;
  @Mixin private Terminal terminal;

  /** What {@code --json} prints. */
  record EvaluationDocument(
      String model,
      Optional<TrainingImages> trainedOn,
      ImageDataset.Origin data,
      Optional<String> channels,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> classNames,
      EvaluationRecord evaluation) {}

  @Override
  Task prepare() {
    model.trusted();
    data.choice();
    return this::evaluate;
  }

  private void evaluate() throws IOException {
    engine.start(terminal);
    StoredModel stored = model.open(terminal);
    ImageDataset digits = data.loadAndTell(terminal);
    LabeledImages test = channels.inOrder(digits.test(), stored, terminal);
    Optional<TrainingImages> trainedOn = TrainingImages.of(stored, digits.origin());
    trainedOn
        .filter(known -> !known.same())
        .ifPresent(known -> terminal.warn(otherImages(known, digits.origin())));
    EvaluationRecord figures = figures(stored, test);
    terminal.printResult(
        new EvaluationDocument(
            model.file().toString(),
            trainedOn,
            digits.origin(),
            channels.name(),
            digits.classNames(),
            figures),
        () -> terminal.print(EvaluationText.of(figures, digits)));
  }

  private static String otherImages(TrainingImages trainedOn, ImageDataset.Origin evaluated) {
    return "model: trained on " + trainedOn.label() + "; evaluated on " + evaluated.kind().label();
  }

  private EvaluationRecord figures(StoredModel stored, LabeledImages test) {
    try (ModelEvaluation evaluation = new ModelEvaluation(stored, engine.factory(terminal), test);
        Terminal.Progress progress = terminal.progress()) {
      ModelEvaluation.obstacle(stored.model())
          .ifPresent(reason -> engine.without(reason, terminal));
      return evaluation.run(progress);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(model.file() + " cannot be evaluated here: " + Reason.of(e));
    }
  }
}
