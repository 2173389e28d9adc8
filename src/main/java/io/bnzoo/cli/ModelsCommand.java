package io.bnzoo.cli;

import io.bnzoo.report.TextTable;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.TrainingPlan;
import io.bnzoo.zoo.Zoo;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bnzoo models}. */
@Command(
    name = "models",
    description = "Lists the zoo's models and their variants.",
    footer = {"", "Example:", "  bnzoo models"})
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
      """;

  @Mixin private Terminal terminal;

  /** One row of the list; the parameters are those of the plain network and of the other. */
  record ModelEntry(
      String id,
      String description,
      long plainParameters,
      long batchNormParameters,
      TrainingPlan plan) {}

  @Override
  Task prepare() {
    return () -> {
      List<ModelEntry> rows = Zoo.entries().stream().map(ModelsCommand::row).toList();
      terminal.printResult(rows, () -> print(rows));
    };
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
  }

  private static ModelEntry row(Zoo.Entry entry) {
    return new ModelEntry(
        entry.id(),
        entry.description(),
        parameters(entry, Normalization.none()),
        parameters(entry, Normalization.batchNorm()),
        entry.plan());
  }

  private static long parameters(Zoo.Entry entry, Normalization normalization) {
    MultiLayerNetwork network = entry.builder().get().normalization(normalization).build().init();
    return network.numParams();
  }
}
