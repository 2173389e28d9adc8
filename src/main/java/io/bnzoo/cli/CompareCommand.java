package io.bnzoo.cli;

import io.bnzoo.experiment.Variants;
import io.bnzoo.zoo.Normalization;
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
            + " -with-bias, -after, -after-with-bias or -then-bias, see bnzoo models.",
        "Default: plain,batch-norm."
      })
  private List<Normalization> variants = Variants.pair();

  @Override
  List<Normalization> variants() {
    return variants;
  }

  @Override
  String defaultName(String modelId) {
    return "compare-" + modelId;
  }
}
