package io.bnzoo.cli;

import io.bnzoo.backend.NativeBackend;
import io.bnzoo.bench.MeasuredModel;
import io.bnzoo.compiler.LayerReport;
import io.bnzoo.data.ImageSize;
import io.bnzoo.engine.Accelerated;
import io.bnzoo.experiment.Variants;
import io.bnzoo.report.TextTable;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.TrainingPlan;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bnzoo models}. */
@Command(
    name = "models",
    description = {
      "Lists the zoo's models and their variants; of one model, its layers.",
      "",
      "Of a saved .zip, or one of Deeplearning4j's own models, it says of every layer, and every"
          + " vertex of a graph, whether the fast engine has kernels for it; and in the last line"
          + " what would run the whole."
    },
    footer = {
      "",
      "Examples:",
      "  bnzoo models",
      "  bnzoo models MODEL.zip",
      "  bnzoo models ResNet50 --image-size 224x224"
    })
final class ModelsCommand extends BnzooCommand {
  private static final String VARIANTS =
      """
      Variants, for --variant and --variants:
        plain       no normalization
        batch-norm  Deeplearning4j's BatchNormalization
        low-level   by hand, after tf.nn: moments, then one normalizing operation;
                    the convolutions of deep-cnn then start from a truncated normal
        spelt-out   by hand: (x - mean) / sqrt(variance + epsilon) * gamma + beta

      Where batch norm stands after a linear layer (dense or convolution), as an
      ending of the last three:
        (none)            linear, batch norm, activation; no bias
        -with-bias        linear with a bias, batch norm, activation
        -after            linear, activation, batch norm; no bias
        -after-with-bias  linear with a bias, activation, batch norm
        -then-bias        linear, batch norm, a bias of its own, activation

      Of image-lstm:
        plain                         Deeplearning4j's LSTM
        recurrent-batch-norm          statistics for each time step, gammas start from 0.1
        recurrent-batch-norm-gamma-1  gammas start from 1
        recurrent-batch-norm-shared   running statistics that all time steps share
      """;

  @Parameters(
      paramLabel = "MODEL",
      arity = "0..1",
      description = "A saved .zip, or one of Deeplearning4j's own models.")
  private Optional<String> model;

  @Option(
      names = "--image-size",
      paramLabel = "HxW",
      converter = DataOptions.SizeConverter.class,
      description = {
        "Height and width of its images. Default: 64x64, or the least multiple of 32 that it takes;"
            + " a saved model's own."
      })
  private Optional<ImageSize> imageSize;

  @Mixin private Terminal terminal;

  /** One row of the list; the parameters are those of the plain network and of the other. */
  record ModelEntry(
      String id,
      String description,
      long plainParameters,
      long batchNormParameters,
      TrainingPlan plan) {}

  /** What {@code --json} prints of one model. */
  record LayersDocument(
      String model,
      List<String> inputs,
      List<LayerReport> layers,
      Optional<String> obstacle,
      Optional<String> trainingObstacle) {}

  @Override
  Task prepare() {
    if (model.isPresent()) {
      MeasuredModel chosen = chosen(model.get());
      return () -> report(chosen);
    }
    if (imageSize.isPresent()) {
      throw new IllegalArgumentException("--image-size is for one model: give its name or file");
    }
    return () -> {
      List<ModelEntry> rows = Zoo.entries().stream().map(ModelsCommand::row).toList();
      terminal.printResult(rows, () -> print(rows));
    };
  }

  private MeasuredModel chosen(String name) {
    if (Zoo.find(name).isPresent()) {
      throw new IllegalArgumentException(
          name + " has as many networks as variants: give the file of one");
    }
    return OtherModels.find(name, imageSize, 1);
  }

  private void report(MeasuredModel chosen) throws IOException {
    NativeBackend.enableOneDnn();
    MeasuredModel.Loaded loaded = chosen.load();
    InputType[] inputs = loaded.inputs().toArray(InputType[]::new);
    try (Accelerated engine = loaded.accelerated()) {
      LayersDocument document =
          new LayersDocument(
              chosen.name(),
              loaded.inputs().stream().map(ModelsCommand::describe).toList(),
              engine.report(inputs),
              engine.obstacle(inputs),
              loaded.hasLoss()
                  ? engine.trainingObstacle(inputs)
                  : Optional.of("it has no loss to be trained by"));
      terminal.printResult(document, () -> print(document));
    }
  }

  private void print(LayersDocument document) {
    terminal.tell("input: " + String.join("; ", document.inputs()));
    List<List<String>> table = new ArrayList<>();
    table.add(List.of("layer", "type", "runs on"));
    for (LayerReport layer : document.layers()) {
      table.add(
          List.of(layer.name(), layer.type(), layer.obstacle().isEmpty() ? "onednn" : "dl4j"));
    }
    List<String> lines = TextTable.plain(table, table.get(0).size()).lines().toList();
    terminal.print(lines.get(0));
    for (int i = 1; i < lines.size(); i++) {
      terminal.print(lines.get(i));
      document
          .layers()
          .get(i - 1)
          .obstacle()
          .ifPresent(reason -> terminal.printSentence("    because " + reason));
    }
    terminal.printSentence(conclusion(document));
  }

  private static String conclusion(LayersDocument document) {
    if (document.obstacle().isPresent()) {
      return "Deeplearning4j's own engine would run it, because " + document.obstacle().get();
    }
    return document
        .trainingObstacle()
        .map(reason -> "onednn would predict, and not train it, because " + reason)
        .orElse("onednn would run it, training and predicting");
  }

  private static String describe(InputType type) {
    if (type instanceof InputType.InputTypeConvolutional images) {
      return String.format(
          Locale.ROOT,
          "images of %d x %d pixels, channels: %d, %s",
          images.getHeight(),
          images.getWidth(),
          images.getChannels(),
          images.getFormat());
    }
    return type instanceof InputType.InputTypeRecurrent sequences
        ? "sequences of " + sequences.getSize() + " values"
        : type.arrayElementsPerExample() + " values";
  }

  private void print(List<ModelEntry> rows) {
    List<List<String>> table = new ArrayList<>();
    table.add(List.of("model", "parameters", "with batch norm", "batches", "of"));
    for (ModelEntry row : rows) {
      table.add(
          List.of(
              row.id(),
              String.format(Locale.ROOT, "%,d", row.plainParameters()),
              String.format(Locale.ROOT, "%,d", row.batchNormParameters()),
              Integer.toString(row.plan().batches()),
              Integer.toString(row.plan().batchSize())));
    }
    terminal.print(TextTable.plain(table));
    rows.forEach(row -> terminal.print(row.id() + ": " + row.description()));
    terminal.print("");
    terminal.print(VARIANTS.stripTrailing());
    terminal.print("");
    terminal.printSentence(
        "Deeplearning4j's own, for bench and models: "
            + OtherModels.labels().collect(Collectors.joining(", ")));
  }

  private static ModelEntry row(Zoo.Entry entry) {
    return new ModelEntry(
        entry.id(),
        entry.description(),
        parameters(entry, Normalization.none()),
        parameters(entry, Variants.pair(entry).get(1)),
        entry.plan());
  }

  private static long parameters(Zoo.Entry entry, Normalization normalization) {
    MultiLayerNetwork network = entry.builder().get().normalization(normalization).build().init();
    return network.numParams();
  }
}
