package io.bnzoo.cli;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.bench.OnnxCheck;
import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.ImageShape;
import io.bnzoo.engine.ImageInput;
import io.bnzoo.files.Reason;
import io.bnzoo.onnx.ExportedModel;
import io.bnzoo.onnx.OnnxExport;
import io.bnzoo.report.TextTable;
import io.bnzoo.storage.StoredModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bnzoo export}. */
@Command(
    name = "export",
    description = {
      "Writes a saved model as ONNX, for ONNX Runtime and whatever else reads it.",
      "",
      "Takes any Deeplearning4j .zip, sequential or graph, whose layers the fast engine has kernels"
          + " for; 'bnzoo models MODEL.zip' says which it has. What is written predicts: batch"
          + " normalizations stay as they are, by their running statistics, and dropout is left"
          + " out. A normalizer in the file becomes the first nodes, so that pixels are given as"
          + " they were to the normalizer."
    },
    footer = {
      "",
      "Examples:",
      "  bnzoo export MODEL.zip -o MODEL.onnx",
      "  bnzoo export MODEL.zip -o MODEL.onnx --fold --check",
      "  bnzoo export MODEL.zip -o MODEL.onnx --check --data photos --image-size 32x32"
    })
final class ExportCommand extends BnzooCommand {
  private static final int RANDOM_EXAMPLES = 200;
  private static final long SEED = 1;

  @Mixin private ModelFileOptions model;
  @Mixin private OutputFileOptions output;

  @Option(
      names = "--fold",
      description =
          "Fold batch normalizations into the layers around them; those that cannot be folded"
              + " exactly stay.")
  private boolean fold;

  @Option(
      names = "--check",
      description =
          "Run the file by ONNX Runtime, on the test images of --data, else on random values, and"
              + " compare what it gives.")
  private boolean check;

  @Mixin private DataOptions data;
  @Mixin private Terminal terminal;

  /** What {@code --json} prints. */
  record ExportDocument(
      String model,
      String output,
      ExportedModel exported,
      Optional<ImageDataset.Origin> data,
      Optional<OnnxCheck.Result> check) {}

  @Override
  Task prepare() {
    model.trusted();
    boolean overData = data.isGiven();
    if (overData) {
      data.choice();
      if (!check) {
        throw new IllegalArgumentException("--data is what --check runs over: give both");
      }
    }
    Path file = output.checked(model.file());
    if (check) {
      requireOnnxRuntime();
    }
    return () -> export(file, overData);
  }

  private static void requireOnnxRuntime() {
    OnnxCheck.obstacle()
        .ifPresent(
            obstacle -> {
              throw new CommandFailure(
                  "--check needs ONNX Runtime: "
                      + obstacle
                      + "; run bnzoo.jar, which has it, or leave --check out");
            });
  }

  private void export(Path file, boolean overData) throws IOException {
    NativeBackend.enableOneDnn();
    StoredModel stored = model.open(terminal);
    Optional<ImageDataset> images =
        overData ? Optional.of(data.loadAndTell(terminal)) : Optional.empty();
    try {
      List<InputType> inputs =
          images.isPresent()
              ? List.of(input(stored.model(), images.get().shape()))
              : DataOptions.types(stored, data.imageSize(), "--image-size");
      ExportedModel exported =
          fold
              ? OnnxExport.writeFolded(stored, source(), inputs, file)
              : OnnxExport.write(stored, inputs, file);
      Optional<OnnxCheck.Result> result =
          check ? Optional.of(check(stored, inputs, file, images)) : Optional.empty();
      terminal.printResult(
          new ExportDocument(
              model.file().toString(),
              file.toString(),
              exported,
              images.map(ImageDataset::origin),
              result),
          () -> print(exported, result, file));
      result.filter(found -> !found.isSame()).ifPresent(found -> fail(file));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(model.file() + ": " + Reason.of(e));
    }
  }

  /** The model that is read; its name alone could be that of another one by now. */
  private String source() throws IOException {
    try (InputStream bytes = Files.newInputStream(model.file())) {
      return model.file().getFileName() + ", SHA-256 " + DigestUtils.sha256Hex(bytes);
    }
  }

  private static InputType input(Model model, ImageShape shape) {
    if (model instanceof ComputationGraph graph && graph.getNumInputArrays() != 1) {
      throw new IllegalArgumentException(
          "it has several inputs; without --data they are checked on random values");
    }
    return ImageInput.of(model, shape).type(shape);
  }

  private OnnxCheck.Result check(
      StoredModel stored, List<InputType> inputs, Path file, Optional<ImageDataset> images)
      throws IOException {
    try (OnnxCheck opened = new OnnxCheck(stored, inputs, file);
        Terminal.Progress progress = terminal.progress()) {
      return images.isPresent()
          ? opened.over(images.get().test(), progress)
          : opened.overRandomValues(RANDOM_EXAMPLES, SEED);
    }
  }

  private static void fail(Path file) {
    throw new CommandFailure(file + " does not give what the model gives");
  }

  private void print(ExportedModel exported, Optional<OnnxCheck.Result> check, Path file) {
    exported.inputs().forEach(input -> terminal.printSentence("input: " + input.description()));
    exported.normalizer().ifPresent(name -> terminal.printSentence("normalizer: " + name));
    exported.outputs().forEach(each -> terminal.printSentence("output: " + each.description()));
    terminal.printSentence(
        String.format(
            Locale.ROOT,
            "nodes: %d, batch normalizations among them: %d; ONNX opset %d, %,d bytes",
            exported.nodes(),
            exported.batchNormalizations(),
            exported.opset(),
            exported.bytes()));
    check.ifPresent(this::print);
    terminal.print("written: " + file);
  }

  private void print(OnnxCheck.Result check) {
    terminal.print(
        TextTable.plain(
            List.of(
                List.of("", "accuracy", "a second"),
                row("bnzoo", check.accuracy(), check.examplesPerSecond()),
                row(
                    "ONNX Runtime " + check.onnxRuntime(),
                    check.onnxAccuracy(),
                    check.onnxExamplesPerSecond()))));
    terminal.printSentence(
        String.format(
            Locale.ROOT,
            "largest difference over %,d examples: %.1e, where the largest output is %.3g",
            check.examples(),
            check.largestDifference(),
            check.largestOutput()));
  }

  private static List<String> row(String name, Optional<Double> accuracy, double speed) {
    return List.of(
        name,
        accuracy.map(TextTable::share).orElse("-"),
        String.format(Locale.ROOT, "%,.0f", speed));
  }
}
