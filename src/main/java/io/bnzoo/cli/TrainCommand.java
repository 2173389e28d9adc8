package io.bnzoo.cli;

import io.bnzoo.zoo.Normalization;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bnzoo train}. */
@Command(
    name = "train",
    description = {
      "Trains one network and saves it.",
      "",
      "Writes the model, result.json, result.md and the learning curves to runs/NAME,"
          + " which is numbered where another run has that name."
    },
    footer = {
      "",
      "Examples:",
      "  bnzoo train deep-cnn",
      "  bnzoo train mlp --variant plain --batches 500 --name plain-mlp"
    })
final class TrainCommand extends TrainingCommand {
  @Option(
      names = "--variant",
      paramLabel = "LABEL",
      converter = VariantConverter.class,
      defaultValue = "batch-norm",
      description = "Which variant, see bnzoo models. Default: ${DEFAULT-VALUE}.")
  private Normalization variant;

  @Override
  List<Normalization> variants() {
    return List.of(variant);
  }

  @Override
  String defaultName(String modelId) {
    return "train-" + modelId + "-" + variant.label();
  }
}
