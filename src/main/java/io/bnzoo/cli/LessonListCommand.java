package io.bnzoo.cli;

import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.Lesson;
import io.bnzoo.report.Json;
import io.bnzoo.report.TextTable;
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

  @Override
  public Integer call() {
    Terminal terminal = output.terminal(spec);
    if (output.json()) {
      terminal.print(Json.write(Lesson.experiments()).stripTrailing());
      return Bnzoo.SUCCESS;
    }
    List<List<String>> table = new ArrayList<>();
    table.add(List.of("id", "setting", "batches", "published", "min"));
    for (Experiment experiment : Lesson.experiments()) {
      table.add(
          List.of(
              experiment.id(),
              experiment.title(),
              String.format(Locale.ROOT, "%,d", experiment.plan().batches()),
              published(experiment),
              String.format(Locale.ROOT, "%.2f", experiment.minutes())));
    }
    terminal.print(TextTable.plain(table, 2).stripTrailing());
    return Bnzoo.SUCCESS;
  }

  private static String published(Experiment experiment) {
    String figures =
        experiment.published().stream()
            .flatMapToDouble(run -> run.test().stream())
            .mapToObj(TextTable::share)
            .collect(Collectors.joining(", "));
    return figures.isEmpty() ? "-" : figures;
  }
}
