package io.bnzoo.cli;

import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.Lesson;
import io.bnzoo.report.Json;
import io.bnzoo.report.TextTable;
import io.bnzoo.zoo.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bnzoo lesson list}. */
@Command(
    name = "list",
    description = {
      "Lists the experiments that can be repeated.",
      "",
      "cell-04 to cell-21 are cells of the lesson's notebook: three layers of 100, without and with"
          + " batch norm. Published: the accuracies on the test set that the source shows. Minutes:"
          + " of one seed, all networks, on one core, roughly."
    },
    footer = {"", "Examples:", "  bnzoo lesson list", "  bnzoo lesson list --json"})
final class LessonListCommand implements Callable<Integer> {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;
  @Mixin private OutputOptions output;

  /** What {@code --json} prints of an experiment. */
  record Row(
      String id,
      String title,
      String source,
      String model,
      List<String> variants,
      String activation,
      double learningRate,
      Object initialWeights,
      int batches,
      int batchSize,
      List<Experiment.Published> published,
      double minutes) {

    static Row of(Experiment experiment) {
      return new Row(
          experiment.id(),
          experiment.title(),
          experiment.source(),
          experiment.entry().id(),
          experiment.variants().stream().map(Variant::label).toList(),
          experiment.activation().name(),
          experiment.learningRate(),
          experiment.initialWeights(),
          experiment.plan().batches(),
          experiment.plan().batchSize(),
          experiment.published(),
          experiment.minutes());
    }
  }

  @Override
  public Integer call() {
    Terminal terminal = output.terminal(spec);
    List<Row> rows = Lesson.experiments().stream().map(Row::of).toList();
    if (output.json()) {
      terminal.print(Json.write(rows).stripTrailing());
      return Bnzoo.SUCCESS;
    }
    List<List<String>> table = new ArrayList<>();
    table.add(List.of("id", "setting", "batches", "published", "min"));
    for (Row row : rows) {
      table.add(
          List.of(
              row.id(),
              row.title(),
              String.format(Locale.ROOT, "%,d", row.batches()),
              published(row),
              String.format(Locale.ROOT, "%.2f", row.minutes())));
    }
    terminal.print(TextTable.plain(table, 2).stripTrailing());
    return Bnzoo.SUCCESS;
  }

  private static String published(Row row) {
    String figures =
        row.published().stream()
            .flatMapToDouble(run -> run.test().stream())
            .mapToObj(TextTable::share)
            .collect(Collectors.joining(", "));
    return figures.isEmpty() ? "-" : figures;
  }
}
