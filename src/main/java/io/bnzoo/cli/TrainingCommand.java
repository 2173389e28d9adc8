package io.bnzoo.cli;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.report.ComparisonTable;
import io.bnzoo.report.Provenance;
import io.bnzoo.report.ResultDocument;
import io.bnzoo.run.OtherRunException;
import io.bnzoo.run.RunFolder;
import io.bnzoo.run.RunRequest;
import io.bnzoo.train.CheckpointPlan;
import io.bnzoo.zoo.Normalization;
import io.bnzoo.zoo.TrainingPlan;
import io.bnzoo.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** What {@code compare} and {@code train} have in common: all but the variants. */
abstract class TrainingCommand extends BnzooCommand {
  private static final Set<String> COMMANDS = Set.of("train", "compare");
  private static final String RESUME = "--resume";

  @Mixin private ModelOptions model;
  @Mixin private DataOptions data;
  @Mixin private EngineOptions engine;
  @Mixin private Terminal terminal;
  @Mixin private RunOptions run;
  @Mixin private CheckpointOptions checkpoints;

  @Option(
      names = RESUME,
      paramLabel = "DIR",
      description = "Go on with the run in this folder, with its settings; give nothing else.")
  private Optional<Path> resumed;

  /** Those to be trained. */
  abstract List<Normalization> variants(Zoo.Entry entry);

  /** The folder's name where the user gives none. */
  abstract String defaultName(Zoo.Entry entry);

  @Override
  final Task prepare() {
    if (resumed.isPresent()) {
      if (spec().commandLine().getParseResult().matchedArgs().size() > 1) {
        throw new IllegalArgumentException(
            "--resume takes everything from its folder: give nothing else");
      }
      return () -> resume(resumed.get());
    }
    Comparison comparison = comparison();
    CheckpointPlan checkpointPlan = checkpoints.plan();
    run.check();
    data.choice();
    return () -> train(comparison, checkpointPlan);
  }

  private void train(Comparison comparison, CheckpointPlan checkpointPlan) throws IOException {
    String computedBy = engine.start(terminal);
    ImageDataset digits = data.loadAndTell(terminal);
    requireEnough(digits, comparison.plan());
    RunRequest request = RunRequest.of(command(), comparison.forImages(digits), digits, computedBy);
    Provenance provenance = Provenance.ofThisJvm(computedBy);
    try (RunFolder folder = folder(request, checkpointPlan);
        Interruption.Work work = interruption().beginWork()) {
      TrainingNarrator narrator = new TrainingNarrator(terminal);
      Comparison.Result result =
          comparison.run(digits, engine.factory(terminal), folder, narrator, interruption());
      folder.write(result, provenance);
      terminal.printResult(
          ResultDocument.of(result, provenance), () -> print(result, folder.path()));
    }
  }

  /** The command that began a run, once more, on its folder. */
  private void resume(Path path) throws IOException {
    List<String> arguments = new ArrayList<>(RunFolder.command(path));
    if (arguments.isEmpty() || !COMMANDS.contains(arguments.get(0))) {
      throw new CommandFailure(path + " holds no run of train or compare");
    }
    if (!arguments.get(0).equals(spec().name())) {
      throw new CommandLine.ParameterException(
          spec().commandLine(),
          String.format(
              "%s holds a run of %s: bnzoo %s --resume %s",
              path, arguments.get(0), arguments.get(0), path));
    }
    CommandLine again = Bnzoo.commandLine(interruption());
    again.setOut(spec().commandLine().getOut());
    again.setErr(spec().commandLine().getErr());
    requireOfARun(path, again, arguments);
    Path absolute = path.toAbsolutePath().normalize();
    arguments.add("--runs=" + absolute.getParent());
    arguments.add("--name=" + absolute.getFileName());
    CommandLine.ParseResult parsed = again.parseArgs(arguments.toArray(String[]::new));
    ((TrainingCommand) parsed.subcommand().commandSpec().userObject()).call();
  }

  /** What a file says is not obeyed because it is there. */
  private static void requireOfARun(Path path, CommandLine commandLine, List<String> arguments) {
    try {
      CommandLine.ParseResult parsed =
          commandLine.parseArgs(arguments.toArray(String[]::new)).subcommand();
      for (String option : List.of(RESUME, "--runs", "--name", "--fresh", "--help", "--version")) {
        if (parsed.hasMatchedOption(option)) {
          throw new CommandFailure(path + " holds a command that began no run: it has " + option);
        }
      }
    } catch (CommandLine.ParameterException e) {
      throw new CommandFailure(
          path + " holds a command that bnzoo does not take: " + UsageErrors.message(e));
    }
  }

  /** The arguments without those that say where the folder is. */
  private List<String> command() {
    List<String> command = new ArrayList<>(List.of(spec().name()));
    for (ArgSpec argument : spec().commandLine().getParseResult().matchedArgs()) {
      String name = argument instanceof OptionSpec option ? option.longestName() : "";
      if (!RunOptions.NAMES.contains(name)) {
        for (String given : argument.originalStringValues()) {
          String value = name.equals(DataOptions.NAME) ? DataOptions.absolute(given) : given;
          command.add(name.isEmpty() || value.isEmpty() ? name + value : name + "=" + value);
        }
      }
    }
    return command;
  }

  private Comparison comparison() {
    model.settings(model.entry().builder().get()).build();
    return model.onThreads(
        new Comparison(
            model.entry(), model::settings, variants(model.entry()), model.seeds(), model.plan()));
  }

  private void requireEnough(ImageDataset digits, TrainingPlan plan) {
    int images = digits.train().size();
    if (plan.batchSize() > images) {
      throw new CommandLine.ParameterException(
          spec().commandLine(),
          String.format(
              Locale.ROOT,
              "--batch-size must be at most %d, the size of the training set, got %d",
              images,
              plan.batchSize()));
    }
  }

  /** Of the folders with the default name, the one that holds this run, or the first free one. */
  private RunFolder folder(RunRequest request, CheckpointPlan checkpointPlan) throws IOException {
    Path first = run.folder(defaultName(model.entry()), terminal);
    Path path = first;
    for (int number = 2; ; number++) {
      try {
        return RunFolder.open(path, request, checkpointPlan, terminal::warn);
      } catch (OtherRunException e) {
        if (run.isNamed()) {
          throw e;
        }
        path = first.resolveSibling(first.getFileName() + "-" + number);
      }
    }
  }

  private void print(Comparison.Result result, Path path) {
    ComparisonTable table = new ComparisonTable(result);
    terminal.tell("");
    terminal.print(table.asText());
    table.notes().forEach(note -> terminal.printSentence("! " + note));
    if (interruption().getAsBoolean()) {
      terminal.warn(STOPPED);
    }
    terminal.print("written to " + path);
  }
}
