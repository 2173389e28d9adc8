package io.bnzoo.cli;

import io.bnzoo.experiment.Variants;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Zoo;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bnzoo compare}. */
@Command(
    name = "compare",
    description = {
      "Trains a network in several variants and shows the difference.",
      "",
      "All start from the same initial weights (those that the first variant has by default)"
          + " and see the same batches.",
      "Writes the models, result.json, result.md and the learning curves to runs/NAME,"
          + " which is numbered where another run has that name."
    },
    footer = {
      "",
      "Examples:",
      "  bnzoo compare deep-cnn",
      "  bnzoo compare deep-cnn --seeds 1..3 --name three-seeds",
      "  bnzoo compare mlp --activation sigmoid --learning-rate 1",
      "  bnzoo compare mlp --variants batch-norm,low-level,low-level-after"
    })
final class CompareCommand extends TrainingCommand {
  @Option(
      names = "--variants",
      paramLabel = "LABEL",
      split = ",",
      converter = VariantConverter.class,
      description = {
        "Which variants, separated by commas: plain, batch-norm (Deeplearning4j's), low-level"
            + " (by hand) or spelt-out (by hand, formula in full). All but plain may end in"
            + " -with-bias, -after, -after-with-bias or -then-bias, see bnzoo models. Of image-lstm:"
            + " plain, recurrent-batch-norm, recurrent-batch-norm-gamma-1 or"
            + " recurrent-batch-norm-shared.",
        "Default: plain,batch-norm; plain,recurrent-batch-norm of image-lstm."
      })
  private List<Normalization> variants = List.of();

  @Override
  List<Normalization> variants(Zoo.Entry entry) {
    return variants.isEmpty() ? Variants.pair(entry) : variants;
  }

  @Override
  String defaultName(Zoo.Entry entry) {
    return "compare-" + entry.id();
  }
}
