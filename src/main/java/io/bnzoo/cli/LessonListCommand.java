package io.bnzoo.cli;

import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.Lesson;
import io.bnzoo.report.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bnzoo lesson list}. */
@Command(
    name = "list",
    description = {
      "Lists the experiments that can be repeated.",
      "",
      "cell-04 to cell-21 are cells of the lesson's notebook: three layers of 100, without and with"
          + " batch norm. Published: the accuracies on the test set that the source shows, or where it"
          + " shows a curve, those on the validation set after as many batches. Minutes: of one seed,"
          + " all networks, on one core, roughly; above 10 an experiment is not among all."
    },
    footer = {"", "Examples:", "  bnzoo lesson list", "  bnzoo lesson list --json"})
final class LessonListCommand extends BnzooCommand {
  @Mixin private Terminal terminal;

  @Override
  Task prepare() {
    return () -> terminal.printResult(Lesson.experiments(), this::printTable);
  }

  private void printTable() {
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
  }

  private static String published(Experiment experiment) {
    DoubleStream finals =
        experiment.published().stream().flatMapToDouble(run -> run.test().stream());
    DoubleStream points =
        experiment.publishedCurve().stream()
            .flatMap(List::stream)
            .filter(point -> point.batches() == experiment.plan().batches())
            .flatMapToDouble(point -> point.validation().stream());
    String figures =
        DoubleStream.concat(finals, points)
            .mapToObj(TextTable::share)
            .collect(Collectors.joining(", "));
    return figures.isEmpty() ? "-" : figures;
  }
}
