package io.bnzoo.cli;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.data.ImageSize;
import io.bnzoo.engine.NetworkInput;
import io.bnzoo.files.Reason;
import io.bnzoo.storage.ModelFiles;
import io.bnzoo.storage.StoredModel;
import io.bnzoo.toolbox.Conversion;
import io.bnzoo.toolbox.ModelInputs;
import io.bnzoo.toolbox.PredictionComparison;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bnzoo convert}. */
@Command(
    name = "convert",
    description = {
      "Writes a saved model down with other layers of the same values.",
      "",
      "Between Deeplearning4j's batch norm and the low-level one, and between the two axis orders"
          + " of images. It predicts the same; the state of its training is gone."
    },
    footer = {
      "",
      "Examples:",
      "  bnzoo convert OLD.zip -o NEW.zip --to batch-norm",
      "  bnzoo convert OLD.zip -o NEW.zip --format NHWC"
    })
final class ConvertCommand extends BnzooCommand {
  private static final int EXAMPLES = 16;

  @Mixin private ModelFileOptions model;
  @Mixin private OutputFileOptions output;

  @Option(
      names = "--to",
      paramLabel = "KIND",
      description =
          "What normalizes afterwards: batch-norm (Deeplearning4j's own) or low-level (by hand).")
  private Optional<String> kind;

  @Option(
      names = "--format",
      paramLabel = "ORDER",
      description = "The axis order of images afterwards: NCHW or NHWC.")
  private Optional<CNN2DFormat> format;

  @Option(
      names = "--image-size",
      paramLabel = "HxW",
      converter = DataOptions.SizeConverter.class,
      description = "Height and width of its images, where the model does not tell them.")
  private Optional<ImageSize> imageSize;

  @Mixin private Terminal terminal;

  /** What {@code --json} prints. */
  record ConversionDocument(
      String model, String output, List<String> changes, PredictionComparison.Result logits) {}

  @Override
  Task prepare() {
    model.trusted();
    if (kind.isEmpty() && format.isEmpty()) {
      throw new IllegalArgumentException("nothing to do: give --to or --format, or both");
    }
    if (kind.isPresent() && !List.of("batch-norm", "low-level").contains(kind.get())) {
      throw new IllegalArgumentException(
          "--to must be batch-norm or low-level, got '" + kind.get() + "'");
    }
    Path file = output.checked(model.file());
    return () -> convert(file);
  }

  private void convert(Path file) throws IOException {
    NativeBackend.enableOneDnn();
    StoredModel stored = model.open(terminal);
    try {
      Model converted = converted(stored.model());
      PredictionComparison comparison = new PredictionComparison(stored.model(), converted);
      ModelInputs inputs =
          ModelInputs.random(DataOptions.types(stored, imageSize, "--image-size"), EXAMPLES);
      comparison.add(
          inputs,
          format.isEmpty() ? inputs : inputs.as(NetworkInput.types(converted, size(inputs))));
      PredictionComparison.Result logits = comparison.result();
      if (!logits.isSame()) {
        throw new CommandFailure(
            model.file()
                + " cannot be converted: its logits would differ by "
                + logits.description());
      }
      List<String> changes = changes();
      ModelFiles.saveChanged(
          stored,
          converted,
          String.join(" and ", changes) + ", without the state of its training",
          false,
          file);
      terminal.printResult(
          new ConversionDocument(model.file().toString(), file.toString(), changes, logits),
          () -> print(changes, logits, file));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(model.file() + " cannot be converted: " + Reason.of(e));
    }
  }

  private Model converted(Model given) {
    Model converted = given;
    if (kind.isPresent()) {
      converted =
          kind.get().equals("low-level")
              ? Conversion.toLowLevel(converted)
              : Conversion.toBatchNorm(converted);
    }
    return format.isPresent() ? Conversion.toFormat(converted, format.get()) : converted;
  }

  /** Of the images; what was flat does not have it. */
  private Optional<ImageSize> size(ModelInputs inputs) {
    return inputs.types().get(0) instanceof InputTypeConvolutional images
        ? Optional.of(new ImageSize((int) images.getHeight(), (int) images.getWidth()))
        : imageSize;
  }

  private List<String> changes() {
    List<String> changes = new ArrayList<>();
    kind.ifPresent(name -> changes.add("converted to " + name));
    format.ifPresent(order -> changes.add("converted to " + order));
    return changes;
  }

  private void print(List<String> changes, PredictionComparison.Result logits, Path file) {
    terminal.print(String.join(", ", changes));
    terminal.print("logits: at most " + logits.description() + " apart on random inputs");
    terminal.print("written: " + file);
  }
}
