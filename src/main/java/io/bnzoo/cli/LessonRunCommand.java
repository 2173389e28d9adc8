package io.bnzoo.cli;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.data.ImageShape;
import io.bnzoo.data.LabeledImages;
import io.bnzoo.experiment.Comparison;
import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.Lesson;
import io.bnzoo.experiment.Scale;
import io.bnzoo.experiment.Sweep;
import io.bnzoo.experiment.Trial;
import io.bnzoo.experiment.TrialResult;
import io.bnzoo.files.FolderLock;
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
          + " seeds, it trains only what is missing, and goes on with what was under way.",
      "",
      "The report is runs/NAME/index.html, on everything in the folder; the same as lesson.md,"
          + " lesson.json and charts/*.png."
    },
    footer = {
      "",
      "Examples:",
      "  bnzoo lesson run cell-05 cell-10 cell-13 --seeds 1..5",
      "  bnzoo lesson run single-sample --seeds 1",
      "  bnzoo lesson run all --scale 0.1 --diagnostics",
      "  bnzoo lesson run permuted --scale 20 --seeds 1   # the paper's 100,000 batches"
    })
final class LessonRunCommand extends BnzooCommand {
  private static final String ALL = "all";

  @Parameters(
      paramLabel = "ID",
      arity = "1..*",
      description = "Experiments, see bnzoo lesson list; or all that take no longer than 10 min.")
  private List<String> ids;

  @Option(
      names = {"--seeds", "--seed"},
      paramLabel = "SEEDS",
      converter = SeedsConverter.class,
      defaultValue = "1..3",
      description = SeedsConverter.DESCRIPTION)
  private List<Long> seeds;

  @Option(
      names = "--scale",
      paramLabel = "SHARE",
      defaultValue = "1",
      description =
          "Train only this share of the batches, above 0; above 1, up to 100, as many times the"
              + " batches.")
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
  @Mixin private Terminal terminal;

  @Override
  Task prepare() {
    Scale scale = new Scale(share);
    int cores = Runtime.getRuntime().availableProcessors();
    int networks = UsageErrors.requireCores("--at-once", atOnce.orElse(cores));
    List<Trial> trials = trials(scale);
    run.check();
    data.choice();
    return () -> run(scale, trials, networks);
  }

  private void run(Scale scale, List<Trial> trials, int networks) throws IOException {
    String computedBy = engine.start(terminal);
    ImageDataset digits = data.loadAndTell(terminal);
    requireDigits(digits);
    Provenance provenance = Provenance.ofThisJvm(computedBy);
    Path path = run.folder(defaultName(scale, digits.origin()), terminal);
    Sweep.Diagnostics look = diagnostics ? Sweep.Diagnostics.ON : Sweep.Diagnostics.OFF;
    try (FolderLock lock = FolderLock.take(path);
        Interruption.Work work = interruption().beginWork()) {
      LessonFolder folder = LessonFolder.open(path, scale, digits.origin(), terminal::warn);
      List<Trial> missing = folder.missing(trials, look);
      terminal.tell(plan(trials, missing, networks));
      Sweep sweep = new Sweep(digits, engine.factory(terminal), look, networks);
      Sweep.Store store = store(folder, provenance);
      try (SweepNarrator narrator = new SweepNarrator(terminal, missing.size())) {
        sweep.run(missing, store, narrator, interruption());
      }
      terminal.tell("writing the report");
      LessonReport report = folder.report();
      folder.write(report);
      if (interruption().getAsBoolean()) {
        terminal.warn(STOPPED);
      }
      terminal.printResult(report, () -> print(report, path));
    }
  }

  private Sweep.Store store(LessonFolder folder, Provenance provenance) {
    return new Sweep.Store() {
      @Override
      public void keep(Trial trial, TrialResult result) throws IOException {
        folder.keep(trial, result, command(), provenance);
      }

      @Override
      public Optional<Path> checkpoints() {
        return Optional.of(folder.checkpoints());
      }
    };
  }

  /** Without repetitions, in the order asked for. */
  private List<Trial> trials(Scale scale) {
    Set<Experiment> experiments = new LinkedHashSet<>();
    for (String id : ids) {
      if (id.equals(ALL)) {
        experiments.addAll(Lesson.shortExperiments());
      } else {
        experiments.add(Lesson.find(id).orElseThrow(() -> unknown(id)));
      }
    }
    long networks =
        seeds.size() * experiments.stream().mapToLong(one -> one.variants().size()).sum();
    if (networks > Comparison.MOST_NETWORKS) {
      throw new IllegalArgumentException(
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

  private static IllegalArgumentException unknown(String id) {
    return new IllegalArgumentException(
        UsageErrors.unknown("experiment", id, Lesson.experiments().stream().map(Experiment::id))
            + ", or all");
  }

  private static void requireDigits(ImageDataset digits) {
    if (!digits.shape().equals(ImageShape.MNIST) || digits.classes() != LabeledImages.CLASSES) {
      throw new CommandFailure(
          String.format(
              Locale.ROOT,
              "the lesson's networks take images of %s in %d classes, got %s in %d; bnzoo compare"
                  + " takes any images",
              ImageShape.MNIST.description(),
              LabeledImages.CLASSES,
              digits.shape().description(),
              digits.classes()));
    }
  }

  private static String defaultName(Scale scale, ImageDataset.Origin origin) {
    String data =
        switch (origin.kind()) {
          case MNIST -> "";
          case GENERATED -> "-generated";
          case OTHER -> "-other-images";
        };
    return "lesson" + (scale.isFull() ? "" : "-scale-" + scale.share()) + data;
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
    return "bnzoo " + String.join(" ", spec().root().commandLine().getParseResult().originalArgs());
  }

  private void print(LessonReport report, Path path) {
    terminal.print("");
    terminal.print(report.overview());
    if (!report.traps(ids).isEmpty()) {
      terminal.print(report.traps(ids));
    }
    report.notes().forEach(note -> terminal.printSentence("! " + note));
    terminal.print("report: " + path.resolve("index.html"));
  }
}
