package io.bnzoo.cli;

import io.bnzoo.experiment.Variants;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Zoo;
import java.util.List;
import java.util.Optional;
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
      description =
          "Which variant, see bnzoo models. Default: batch-norm; recurrent-batch-norm of"
              + " image-lstm.")
  private Optional<Normalization> variant;

  @Override
  List<Normalization> variants(Zoo.Entry entry) {
    return List.of(variant.orElse(Variants.pair(entry).get(1)));
  }

  @Override
  String defaultName(Zoo.Entry entry) {
    return "train-" + entry.id() + "-" + variants(entry).get(0).label();
  }
}
