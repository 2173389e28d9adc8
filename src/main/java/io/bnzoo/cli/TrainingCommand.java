package io.bnzoo.cli;

import io.bnzoo.data.Digits;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.report.ComparisonTable;
import io.bnzoo.report.Json;
import io.bnzoo.report.Provenance;
import io.bnzoo.report.ResultDocument;
import io.bnzoo.report.RunFolder;
import io.bnzoo.spec.Variant;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code compare} and {@code train} have in common: all but the variants. */
abstract class TrainingCommand implements Callable<Integer> {
  private final Interruption interruption;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;
  @Mixin private ModelOptions model;
  @Mixin private DataOptions data;
  @Mixin private EngineOptions engine;
  @Mixin private OutputOptions output;

  @Option(
      names = "--runs",
      paramLabel = "DIR",
      defaultValue = "runs",
      description = "Where the folders of runs are. Default: ${DEFAULT-VALUE}.")
  private Path runs;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The folder to write to below that; it must be new. By default numbered.")
  private Optional<String> name;

  TrainingCommand(Interruption interruption) {
    this.interruption = interruption;
  }

  abstract List<Variant> variants();

  /** The folder's name where the user gives none. */
  abstract String defaultName(String modelId);

  @Override
  public Integer call() throws IOException {
    Terminal terminal = output.terminal(spec);
    Comparison comparison = comparison();
    String computedBy = engine.start(terminal);
    Digits digits = data.load(terminal);
    terminal.tell("data: " + digits.origin().description());
    checkBatchSize(digits);
    RunFolder folder = folder();
    Provenance provenance = Provenance.ofThisJvm(computedBy);
    try (Interruption.Work work = interruption.beginWork()) {
      TrainingNarrator narrator = new TrainingNarrator(terminal, folder);
      Comparison.Result result =
          comparison.run(digits, engine.factory(terminal), narrator, interruption);
      folder.write(result, provenance);
      print(terminal, folder, result, provenance);
    }
    return Bnzoo.SUCCESS;
  }

  private Comparison comparison() {
    try {
      model.settings(model.entry().builder().get()).build();
      return new Comparison(
          model.entry(), model::settings, variants(), model.seeds(), model.plan());
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private void checkBatchSize(Digits digits) {
    if (model.plan().batchSize() > digits.train().size()) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          String.format(
              "batchSize must be at most %d, the size of the training set, got %d",
              digits.train().size(), model.plan().batchSize()));
    }
  }

  private RunFolder folder() throws IOException {
    try {
      return name.isPresent()
          ? RunFolder.named(runs, name.get())
          : RunFolder.numbered(runs, defaultName(model.entry().id()));
    } catch (FileAlreadyExistsException e) {
      throw new CommandFailure(
          e.getFile() + " exists: choose another --name or --runs, or move it away");
    }
  }

  private void print(
      Terminal terminal, RunFolder folder, Comparison.Result result, Provenance provenance) {
    if (output.json()) {
      terminal.print(Json.write(ResultDocument.of(result, provenance)).stripTrailing());
      return;
    }
    ComparisonTable table = new ComparisonTable(result);
    terminal.print("");
    terminal.print(table.asText());
    table.notes().forEach(note -> terminal.print("! " + note));
    terminal.print("written to " + folder.path());
  }
}
