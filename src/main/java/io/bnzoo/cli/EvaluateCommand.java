package io.bnzoo.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.files.Reason;
import io.bnzoo.report.EvaluationText;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.storage.TrustedClasses;
import io.bnzoo.train.EvaluationRecord;
import io.bnzoo.train.ModelEvaluation;
import io.bnzoo.train.TrainingImages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
  @Parameters(paramLabel = "MODEL.zip", description = "The saved model.")
  private Path file;

  @Option(
      names = "--trust",
      paramLabel = "PACKAGE",
      description = {
        "A package of your own, such as com.example.layers, whose classes the file may name; several"
            + " if repeated. They must be on the class path:",
        "  java -cp bnzoo.jar:layers.jar io.bnzoo.cli.Bnzoo evaluate MODEL.zip --trust PACKAGE"
      })
  private List<String> trusted = List.of();

  @Option(
      names = "--bgr",
      description =
          "Give the model blue, green, red, in which order DataVec reads images, and not red,"
              + " green, blue.")
  private boolean bgr;

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
    TrustedClasses classes = trustedClasses();
    data.choice();
    return () -> evaluate(classes);
  }

  private void evaluate(TrustedClasses classes) throws IOException {
    engine.start(terminal);
    StoredModel stored = ModelFiles.open(file, classes);
    terminal.tell(provenance(stored));
    if (stored.hasUnvouchedNormalizer()) {
      terminal.tell("model: its normalizer was added later; nothing vouches for it");
    }
    ImageDataset digits = data.loadAndTell(terminal);
    if (digits.shape().channels() == 3 && stored.manifest().isEmpty() && !bgr) {
      terminal.warn("model: given red, green, blue; one trained on DataVec's images expects --bgr");
    }
    if (bgr) {
      terminal.tell("data: given as blue, green, red");
    }
    Optional<TrainingImages> trainedOn = TrainingImages.of(stored, digits.origin());
    trainedOn
        .filter(known -> !known.same())
        .ifPresent(known -> terminal.warn(otherImages(known, digits.origin())));
    EvaluationRecord figures = figures(stored, digits);
    terminal.printResult(
        new EvaluationDocument(
            file.toString(),
            trainedOn,
            digits.origin(),
            bgr ? Optional.of("bgr") : Optional.empty(),
            digits.classNames(),
            figures),
        () -> terminal.print(EvaluationText.of(figures, digits)));
  }

  private TrustedClasses trustedClasses() {
    TrustedClasses classes = TrustedClasses.STANDARD;
    try {
      for (String name : trusted) {
        classes = classes.withPackage(name);
      }
      return classes;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--trust: " + e.getMessage(), e);
    }
  }

  private static String otherImages(TrainingImages trainedOn, ImageDataset.Origin evaluated) {
    return "model: trained on " + trainedOn.label() + "; evaluated on " + evaluated.kind().label();
  }

  private static String provenance(StoredModel stored) {
    return stored
        .manifest()
        .map(
            manifest ->
                "model: every entry as its bnzoo.json has it"
                    + manifest
                        .origin()
                        .map(origin -> ", after " + origin.path("batches").asInt() + " batches")
                        .orElse(""))
        .orElse("model: nothing vouches for it; it has no bnzoo.json");
  }

  private LabeledImages test(ImageDataset digits) {
    if (!bgr) {
      return digits.test();
    }
    try {
      return digits.test().withReversedChannels();
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("--bgr: " + e.getMessage());
    }
  }

  private EvaluationRecord figures(StoredModel stored, ImageDataset digits) {
    try (ModelEvaluation evaluation =
            new ModelEvaluation(stored, engine.factory(terminal), test(digits));
        Terminal.Progress progress = terminal.progress()) {
      ModelEvaluation.obstacle(stored.model())
          .ifPresent(reason -> engine.without(reason, terminal));
      return evaluation.run(progress);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(file + " cannot be evaluated here: " + Reason.of(e));
    }
  }
}
