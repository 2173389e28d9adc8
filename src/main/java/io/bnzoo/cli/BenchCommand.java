package io.bnzoo.cli;

import io.bnzoo.bench.Benchmark;
import io.bnzoo.experiment.Variants;
import io.bnzoo.report.TextTable;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bnzoo bench}. */
@Command(
    name = "bench",
    description = {
      "Measures milliseconds a training step on every engine.",
      "",
      "stock: Deeplearning4j as it comes. dl4j: as it is set up here. onednn: the engine of"
          + " oneDNN's primitives. Each has a JVM of its own, and they take turns, block by block.",
      "",
      "x faster: than stock. x BN: times as long as Deeplearning4j's own batch norm takes in the"
          + " same setup. x floor: times as long as if the arithmetic of all its convolutions and"
          + " matrix products were done at the speed of the fastest matrix product seen here.",
      "",
      "Two models in four variants take some fifteen minutes. Trust the ratios more than the milliseconds: machines drift."
    },
    footer = {"", "Examples:", "  bnzoo bench", "  bnzoo bench deep-cnn --blocks 15 --json"})
final class BenchCommand extends BnzooCommand {
  @Parameters(
      paramLabel = "MODEL",
      arity = "0..*",
      description = "Models to measure. Default: all.")
  private List<String> models = List.of(); // With a converter, a wrong one was one too many.

  @Option(
      names = "--variants",
      paramLabel = "LABEL",
      split = ",",
      converter = VariantConverter.class,
      description = "Which variants. Default: plain,batch-norm,low-level,spelt-out.")
  private List<Normalization> variants = Variants.inDefaultPlacement();

  @Option(
      names = "--blocks",
      paramLabel = "N",
      defaultValue = "7",
      description = "Blocks of about 2.5 s for each network. Default: ${DEFAULT-VALUE}.")
  private int blocks;

  @Mixin private Terminal terminal;

  @Override
  Task prepare() {
    Benchmark benchmark = new Benchmark(entries(), variants, blocks);
    return () -> {
      List<Benchmark.Row> rows = measure(benchmark);
      terminal.printResult(rows, () -> terminal.print(TextTable.plain(table(rows))));
    };
  }

  private List<Zoo.Entry> entries() {
    return models.isEmpty()
        ? Zoo.entries()
        : models.stream().distinct().map(ModelOptions.EntryConverter::find).toList();
  }

  private List<Benchmark.Row> measure(Benchmark benchmark) throws IOException {
    try (Interruption.Work work = interruption().beginWork();
        Terminal.Progress progress = terminal.progress()) {
      return benchmark.run(progress, interruption());
    }
  }

  private static List<List<String>> table(List<Benchmark.Row> rows) {
    List<List<String>> table = new ArrayList<>();
    table.add(
        List.of(
            "network", "setup", "ms/step", "fastest", "slowest", "x faster", "x BN", "x floor"));
    for (Benchmark.Row row : rows) {
      table.add(
          List.of(
              row.model() + " " + row.variant(),
              row.setup(),
              number(row.millisecondsPerStep()),
              number(row.fastest()),
              number(row.slowest()),
              number(row.speedup()),
              number(row.relativeToBatchNorm()),
              number(row.relativeToFloor())));
    }
    return table;
  }

  private static String number(OptionalDouble value) {
    return value.isPresent() ? number(value.getAsDouble()) : "-";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
