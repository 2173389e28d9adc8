package io.bnzoo.cli;

import io.bnzoo.bench.Benchmark;
import io.bnzoo.bench.MeasuredModel;
import io.bnzoo.bench.ModelBenchmark;
import io.bnzoo.data.ImageSize;
import io.bnzoo.data.ProgressListener;
import io.bnzoo.experiment.Variants;
import io.bnzoo.report.TextTable;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
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
      "Two models in four variants take some fifteen minutes. Trust the ratios more than the"
          + " milliseconds: machines drift.",
      "",
      "Deeplearning4j's own models and saved ones are measured training and predicting, on random"
          + " images of three channels, ten classes, or of the file's shapes: one or two minutes"
          + " each, longer where a step of stock takes seconds. What oneDNN does not run is said in"
          + " a line."
    },
    footer = {
      "",
      "Examples:",
      "  bnzoo bench",
      "  bnzoo bench deep-cnn --blocks 15 --json",
      "  bnzoo bench LeNet Darknet19 --image-size 64x64 --batch-size 16",
      "  bnzoo bench MODEL.zip"
    })
final class BenchCommand extends BnzooCommand {
  private static final int BLOCKS_OF_ZOO = 7;
  private static final int BLOCKS_OF_OTHERS = 3;
  private static final int BATCH_SIZE = 8;
  private static final int WORDS_OF_OTHERS = 4;

  @Parameters(
      paramLabel = "MODEL",
      arity = "0..*",
      description = {
        "Models to measure: deep-cnn and mlp, the default; image-lstm; or Deeplearning4j's own, which bnzoo"
            + " models lists, and saved .zip files."
      })
  private List<String> models = List.of(); // With a converter, a wrong one was one too many.

  @Option(
      names = "--variants",
      paramLabel = "LABEL",
      split = ",",
      converter = VariantConverter.class,
      description = "Which variants of the zoo's models. Default: each, in one placement.")
  private List<Normalization> variants = List.of();

  @Option(
      names = "--blocks",
      paramLabel = "N",
      description =
          "Blocks of about 2.5 s for each network. Default: 7; 3 for models other than the"
              + " zoo's.")
  private Optional<Integer> blocks;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Images in a batch of any other model. Default: 8.")
  private Optional<Integer> batchSize;

  @Option(
      names = "--image-size",
      paramLabel = "HxW",
      converter = DataOptions.SizeConverter.class,
      description = {
        "Height and width of any other model's images. Default: 64x64, or the least multiple of 32"
            + " that it takes; a saved model's own."
      })
  private Optional<ImageSize> imageSize;

  @Mixin private Terminal terminal;

  @Override
  Task prepare() {
    List<String> names = models.stream().distinct().toList();
    names.forEach(
        name -> OtherModels.requireKnown(name, Zoo.entries().stream().map(Zoo.Entry::id)));
    List<Zoo.Entry> entries =
        names.isEmpty()
            ? Zoo.entries().stream().filter(one -> Variants.of(one) == Variants.all()).toList()
            : names.stream().flatMap(name -> Zoo.find(name).stream()).toList();
    if (entries.isEmpty()) {
      return others(names);
    }
    if (!names.isEmpty() && entries.size() < names.size()) {
      throw new IllegalArgumentException(
          entries.get(0).id() + " is measured in other ways: give it a command of its own");
    }
    if (imageSize.isPresent() || batchSize.isPresent()) {
      throw new IllegalArgumentException(
          (imageSize.isPresent() ? "--image-size" : "--batch-size")
              + " is not for the zoo's models");
    }
    Benchmark benchmark = new Benchmark(entries, variants(entries), blocks.orElse(BLOCKS_OF_ZOO));
    return () -> {
      List<Benchmark.Row> rows = measure(benchmark::run);
      terminal.printResult(rows, () -> terminal.print(TextTable.plain(table(rows))));
    };
  }

  private List<Normalization> variants(List<Zoo.Entry> entries) {
    List<Normalization> possible =
        entries.stream().flatMap(one -> Variants.of(one).stream()).toList();
    for (Normalization variant : variants) {
      if (!possible.contains(variant)) {
        throw new IllegalArgumentException("--variants: no model given has " + variant.label());
      }
    }
    return variants.isEmpty()
        ? entries.stream().flatMap(one -> Variants.inDefaultPlacement(one).stream()).toList()
        : variants;
  }

  private Task others(List<String> names) {
    if (!variants.isEmpty()) {
      throw new IllegalArgumentException("--variants is for the zoo's models");
    }
    List<MeasuredModel> measured =
        names.stream()
            .map(name -> OtherModels.find(name, imageSize, batchSize.orElse(BATCH_SIZE)))
            .toList();
    ModelBenchmark benchmark =
        new ModelBenchmark(measured, blocks.orElse(BLOCKS_OF_OTHERS), terminal::warn);
    return () -> {
      List<ModelBenchmark.Row> rows = measure(benchmark::run);
      terminal.printResult(
          rows, () -> terminal.print(TextTable.plain(tableOfOthers(rows), WORDS_OF_OTHERS)));
    };
  }

  /** What a benchmark of either kind does. */
  private interface Measurement<R> {
    List<R> run(ProgressListener progress, BooleanSupplier stop) throws IOException;
  }

  private <R> List<R> measure(Measurement<R> measurement) throws IOException {
    try (Interruption.Work work = interruption().beginWork();
        Terminal.Progress progress = terminal.progress()) {
      return measurement.run(progress, interruption());
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

  private static List<List<String>> tableOfOthers(List<ModelBenchmark.Row> rows) {
    List<List<String>> table = new ArrayList<>();
    table.add(
        List.of("network", "images", "setup", "task", "batch", "mean ms", "median", "x faster"));
    for (ModelBenchmark.Row row : rows) {
      table.add(
          List.of(
              OtherModels.shown(row.model()),
              row.imageSize().orElse(""),
              row.setup(),
              row.task(),
              Integer.toString(row.batchSize()),
              number(row.meanMilliseconds()),
              number(row.medianMilliseconds()),
              number(row.speedup())));
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
