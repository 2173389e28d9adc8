package io.bnzoo.cli;

import io.bnzoo.bench.MemoryCheck;
import io.bnzoo.experiment.Variants;
import io.bnzoo.report.TextTable;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.Zoo;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bnzoo memory}. */
@Command(
    name = "memory",
    description = {
      "Shows whether memory grows over many training steps and predictions.",
      "",
      "Heap: Java objects. Workspaces: memory outside the heap that ND4J or oneDNN reuses. Process: all"
          + " that is resident. Each in MB after a garbage collection.",
      "",
      "The growth is that after the first fifth of the repetitions; what a leak leaves behind is"
          + " there in each of them."
    },
    footer = {
      "",
      "Examples:",
      "  bnzoo memory mlp",
      "  bnzoo memory deep-cnn --variant low-level --repetitions 500"
    })
final class MemoryCommand extends BnzooCommand {
  @Parameters(
      paramLabel = "MODEL",
      converter = ModelOptions.EntryConverter.class,
      description = ModelOptions.EntryConverter.DESCRIPTION)
  private Zoo.Entry entry;

  @Option(
      names = "--variant",
      paramLabel = "LABEL",
      converter = VariantConverter.class,
      description = "Which variant. Default: low-level; recurrent-batch-norm of image-lstm.")
  private Optional<Normalization> chosen;

  @Option(
      names = "--repetitions",
      paramLabel = "N",
      defaultValue = "20000",
      description = "Training steps, and then predictions. Default: ${DEFAULT-VALUE}.")
  private int repetitions;

  @Mixin private EngineOptions engine;
  @Mixin private Terminal terminal;

  /** What {@code --json} prints. */
  record MemoryDocument(
      String model,
      String variant,
      List<MemoryCheck.MemoryReading> samples,
      List<MemoryCheck.Growth> growthPerRepetition) {}

  @Override
  Task prepare() {
    Normalization variant = chosen.orElseGet(this::usual);
    entry.builder().get().normalization(variant).build();
    MemoryCheck check = new MemoryCheck(entry, variant, repetitions, engine.factory(terminal));
    return () -> {
      engine.start(terminal);
      List<MemoryCheck.MemoryReading> samples = measure(check);
      List<MemoryCheck.Growth> growth = MemoryCheck.growth(samples);
      terminal.printResult(
          new MemoryDocument(entry.id(), variant.label(), samples, growth),
          () -> {
            terminal.print(TextTable.plain(table(samples)));
            growth.forEach(phase -> terminal.print(line(phase)));
          });
    };
  }

  /** The one of most operations, if the model can have it. */
  private Normalization usual() {
    Normalization lowLevel = Normalization.lowLevel();
    return Variants.of(entry).contains(lowLevel) ? lowLevel : Variants.pair(entry).get(1);
  }

  private List<MemoryCheck.MemoryReading> measure(MemoryCheck check) {
    try (Interruption.Work work = interruption().beginWork();
        Terminal.Progress progress = terminal.progress()) {
      return check.run(progress, interruption());
    }
  }

  private static List<List<String>> table(List<MemoryCheck.MemoryReading> samples) {
    List<List<String>> table = new ArrayList<>();
    table.add(List.of("phase", "repetitions", "heap", "workspaces", "process"));
    for (MemoryCheck.MemoryReading sample : samples) {
      table.add(
          List.of(
              sample.phase().label(),
              Integer.toString(sample.repetitions()),
              megabytes(sample.heap()),
              megabytes(sample.workspaces()),
              megabytes(sample.process())));
    }
    return table;
  }

  private static String line(MemoryCheck.Growth growth) {
    return String.format(
        Locale.ROOT,
        "%s leaves behind, in bytes a repetition: heap %.1f, workspaces %.1f, process %.1f",
        growth.phase().label(),
        growth.heap(),
        growth.workspaces(),
        growth.process());
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.2f", bytes / 1e6);
  }
}
