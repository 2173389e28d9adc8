package io.bnzoo.cli;

import io.bnzoo.data.Digits;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.Lesson;
import io.bnzoo.experiment.Scale;
import io.bnzoo.experiment.Sweep;
import io.bnzoo.experiment.Trial;
import io.bnzoo.files.FolderLock;
import io.bnzoo.report.Json;
import io.bnzoo.report.LessonReport;
import io.bnzoo.report.Provenance;
import io.bnzoo.run.LessonFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bnzoo lesson run}. */
@Command(
    name = "run",
    description = {
      "Trains experiments over several seeds and reports on them.",
      "",
      "Trains as many networks at once as there are cores. What is finished is kept in"
          + " runs/NAME/trials: stopped with Ctrl-C and called again, or with more experiments or"
          + " seeds, it trains only what is missing.",
      "",
      "The report is runs/NAME/index.html, on everything in the folder; the same as lesson.md,"
          + " lesson.json and charts/*.png."
    },
    footer = {
      "",
      "Examples:",
      "  bnzoo lesson run cell-05 cell-10 cell-13 --seeds 1..5",
      "  bnzoo lesson run single-sample --seeds 1",
      "  bnzoo lesson run all --scale 0.1 --diagnostics"
    })
final class LessonRunCommand implements Callable<Integer> {
  private static final String ALL = "all";

  private final Interruption interruption;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Parameters(
      paramLabel = "ID",
      arity = "1..*",
      description = "Experiments, see bnzoo lesson list; or all.")
  private List<String> ids;

  @Option(
      names = {"--seeds", "--seed"},
      paramLabel = "SEEDS",
      converter = SeedsConverter.class,
      defaultValue = "1..3",
      description = "One seed, several (1,2,5) or a range (1..3). Default: ${DEFAULT-VALUE}.")
  private List<Long> seeds;

  @Option(
      names = "--scale",
      paramLabel = "SHARE",
      defaultValue = "1",
      description = "Train only this share of the batches, above 0 and at most 1.")
  private double share;

  @Option(
      names = "--diagnostics",
      description = "Follow the values, dead units and gradients of each layer.")
  private boolean diagnostics;

  @Option(
      names = "--at-once",
      paramLabel = "N",
      description = "Networks side by side, one thread each. Default: one a core.")
  private Optional<Integer> atOnce;

  @Mixin private RunOptions run;
  @Mixin private DataOptions data;
  @Mixin private EngineOptions engine;
  @Mixin private OutputOptions output;

  LessonRunCommand(Interruption interruption) {
    this.interruption = interruption;
  }

  @Override
  public Integer call() throws IOException {
    Terminal terminal = output.terminal(spec);
    Scale scale = UsageErrors.checked(spec, () -> new Scale(share));
    int networks = networks();
    List<Trial> trials = trials(scale);
    run.check(spec);
    String computedBy = engine.start(terminal);
    Digits digits = data.load(terminal);
    terminal.tell("data: " + digits.origin().description());
    Provenance provenance = Provenance.ofThisJvm(computedBy);
    Path path = run.folder(defaultName(scale, digits.origin()), terminal);
    Sweep.Diagnostics look = diagnostics ? Sweep.Diagnostics.ON : Sweep.Diagnostics.OFF;
    try (FolderLock lock = FolderLock.take(path);
        Interruption.Work work = interruption.beginWork()) {
      LessonFolder folder = LessonFolder.open(path, scale, digits.origin(), terminal::warn);
      List<Trial> missing = folder.missing(trials, look);
      terminal.tell(plan(trials, missing, networks));
      train(
          new Sweep(digits, engine.factory(terminal), look, networks),
          missing,
          terminal,
          folder,
          provenance);
      terminal.tell("writing the report");
      LessonReport report = folder.report();
      folder.write(report);
      print(terminal, folder, report);
    }
    return Bnzoo.SUCCESS;
  }

  private void train(
      Sweep sweep,
      List<Trial> missing,
      Terminal terminal,
      LessonFolder folder,
      Provenance provenance)
      throws IOException {
    Sweep.Store store = (trial, result) -> folder.keep(trial, result, command(), provenance);
    try (SweepNarrator narrator = new SweepNarrator(terminal, missing.size())) {
      sweep.run(missing, store, narrator, interruption);
    }
  }

  /** Without repetitions, in the order asked for. */
  private List<Trial> trials(Scale scale) {
    Set<Experiment> experiments = new LinkedHashSet<>();
    for (String id : ids) {
      if (id.equals(ALL)) {
        experiments.addAll(Lesson.experiments());
      } else {
        experiments.add(Lesson.find(id).orElseThrow(() -> unknown(id)));
      }
    }
    long networks =
        seeds.size() * experiments.stream().mapToLong(one -> one.variants().size()).sum();
    if (networks > Comparison.MOST_NETWORKS) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          String.format(
              Locale.ROOT,
              "at most %,d networks are trained by one command, %d experiments of %d seeds are %,d",
              Comparison.MOST_NETWORKS,
              experiments.size(),
              seeds.size(),
              networks));
    }
    return experiments.stream()
        .flatMap(experiment -> experiment.trials(seeds, scale).stream())
        .distinct()
        .toList();
  }

  private CommandLine.ParameterException unknown(String id) {
    return new CommandLine.ParameterException(
        spec.commandLine(),
        String.format(
            "there is no experiment '%s'; there is %s, or all",
            id,
            Lesson.experiments().stream().map(Experiment::id).collect(Collectors.joining(", "))));
  }

  private int networks() {
    int cores = Runtime.getRuntime().availableProcessors();
    int networks = atOnce.orElse(cores);
    if (networks < 1 || networks > cores) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          String.format(
              Locale.ROOT,
              "--at-once must be in [1, %d], this machine's cores, got %d",
              cores,
              networks));
    }
    return networks;
  }

  private static String defaultName(Scale scale, Digits.Origin origin) {
    return "lesson"
        + (scale.isFull() ? "" : "-scale-" + scale.share())
        + (origin.kind() == Digits.Kind.MNIST ? "" : "-generated");
  }

  private String plan(List<Trial> trials, List<Trial> missing, int networks) {
    return String.format(
        Locale.ROOT,
        "%d networks to train, %d at a time%s; %d are here already",
        missing.size(),
        networks,
        engine.isFast() ? ", roughly " + time(missing, networks) : "",
        trials.size() - missing.size());
  }

  private static String time(List<Trial> trials, int networks) {
    double seconds = trials.stream().mapToDouble(Trial::expectedSeconds).sum() / networks;
    Duration time = Duration.ofSeconds(Math.round(seconds));
    return time.toHours() > 0
        ? String.format(Locale.ROOT, "%d h %02d min", time.toHours(), time.toMinutesPart())
        : String.format(Locale.ROOT, "%d min", Math.max(1, time.toMinutes()));
  }

  private String command() {
    return "bnzoo " + String.join(" ", spec.root().commandLine().getParseResult().originalArgs());
  }

  private void print(Terminal terminal, LessonFolder folder, LessonReport report) {
    if (interruption.getAsBoolean()) {
      terminal.warn("stopped: the same command goes on from here");
    }
    if (output.json()) {
      terminal.print(Json.write(report).stripTrailing());
      return;
    }
    terminal.print("");
    terminal.print(report.overview());
    if (!report.traps(ids).isEmpty()) {
      terminal.print(report.traps(ids));
    }
    report.notes().forEach(note -> terminal.printSentence("! " + note));
    terminal.print("report: " + folder.path().resolve("index.html"));
  }
}
