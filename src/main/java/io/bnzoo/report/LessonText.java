package io.bnzoo.report;

import io.bnzoo.data.ImageDataset;
import io.bnzoo.experiment.Experiment;
import io.bnzoo.experiment.InferenceTrap;
import io.bnzoo.zoo.InitialWeights;
import io.bnzoo.zoo.NetworkSpec;
import io.bnzoo.zoo.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The sentences of the report that do not depend on how the trials went. */
final class LessonText {

  /** What the columns mean. */
  static final List<String> LEGEND =
      List.of(
          "published: the source's accuracy on the 10,000 test images, one run; with the digit that"
              + " its network must always have predicted, where it is just that digit's share",
          "mean, sd, min, max: ours over the seeds, on the same images",
          "inside: whether the published figure lies where one more of our runs would with a"
              + " probability of 95 %, as far as the seeds tell (mean ± t sd sqrt(1 + 1/n))",
          "off by: our mean less the published figure; left out where neither learns",
          "learn: how many recognize more than a single answer would (0.15 or more)",
          "batches to 0.9: until an accuracy of 0.9 or more is first measured on the validation set; of those that get"
              + " there",
          "before: on the test set by the moving averages of the training, where the statistics were"
              + " recomputed after it",
          "batches/s: ours without the measurements, one thread a network, as many networks side by"
              + " side as there are cores; the source's with its measurements, on its author's"
              + " machine");

  /** What the pictures of a network's inside show. */
  static final String INSIDE =
      "Values before the activation: the median of a layer as a line, its 15th to 85th percentile"
          + " as a band (compare figure 1 of Ioffe and Szegedy 2015). A unit is dead when its"
          + " activation is flat for all of 100 images. Charts side by side have the same scale,"
          + " unless one of them would be flat in it. Of the deep CNN: its first, middle and last"
          + " hidden layer.";

  /** What those of a recurrent network show. */
  static final String THROUGH_TIME =
      "Gradient: how much the mean loss of 100 images depends on the output of each time step,"
          + " before training as after it; where the line falls towards the first steps, what they"
          + " showed is hardly learnt from (compare the figure of gradients in Cooijmans et al."
          + " 2016). What steps are normalized by: in each, the standard deviation over those"
          + " images, of the input's and the state's contribution to the gates and of the cell,"
          + " over all units. Where the lines rise or fall, statistics that steps share fit none.";

  /** The difference between the two ways to predict, in two sentences. */
  static final String INFERENCE_TRAP =
      """
      An image alone is its own batch: each value is its own mean, normalizes to
      zero, and leaves only beta, so that by batch statistics every image gets the
      same answer. Running statistics come from the training instead and do not
      depend on what else is in the batch, so that an image gets the same answer
      alone as in company.
      """;

  private static final int DIGITS_IN_A_LINE = 40;

  private LessonText() {}

  /** What the report is about and how far it can be trusted. */
  static List<String> about(LessonReport report) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Networks without and with batch norm, trained on the same batches from the same initial"
            + " weights, over several seeds, beside the figures that the source notebooks"
            + " published.");
    lines.addAll(notes(report));
    return lines;
  }

  /** What is to be known before the figures are read. */
  static List<String> notes(LessonReport report) {
    List<String> lines = new ArrayList<>();
    if (report.scale() < 1) {
      lines.add(
          String.format(
              Locale.ROOT,
              "Scale %s: only this share of the batches was trained, so nothing here can be compared"
                  + " with the published figures.",
              report.scale()));
    } else if (report.scale() > 1) {
      lines.add(
          String.format(
              Locale.ROOT,
              "Scale %s: so many times the batches were trained, so only points of a curve can be"
                  + " compared with the published figures.",
              report.scale()));
    }
    if (report.data().kind() != ImageDataset.Kind.MNIST) {
      lines.add("These are not MNIST's figures: " + report.data().description() + ".");
    }
    return lines;
  }

  /** Where the figures come from. */
  static List<String> provenance(LessonReport report) {
    List<String> lines = new ArrayList<>();
    report.commands().forEach(command -> lines.add("Command: " + command));
    lines.add("Data: " + report.data().description() + ", SHA-256 " + report.data().sha256());
    for (Provenance software : report.provenances()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "Software: bnzoo %s, Deeplearning4j %s, %s, Java %s, %s, %d processors",
              software.bnzoo(),
              software.deeplearning4j(),
              software.backend(),
              software.java(),
              software.operatingSystem(),
              software.processors()));
    }
    return lines;
  }

  /** One experiment's settings in a line. */
  static String setting(LessonReport.ExperimentSection part) {
    Experiment experiment = part.experiment();
    return String.format(
        Locale.ROOT,
        "%s. %s%s; %s; %s, learning rate %s; weights %s; %s batches of %d.%s",
        capitalized(experiment.source()),
        experiment.entry().layers(),
        experiment.reading().map(reading -> ", shown " + shown(reading)).orElse(""),
        NetworkSpec.label(experiment.activation()),
        experiment.entry().builder().get().build().spec().updaterLabel(),
        experiment.learningRate(),
        weights(experiment.initialWeights()),
        batches(part),
        part.plan().batchSize(),
        experiment
            .rerunOf()
            .map(id -> " The settings of " + id + " with other weights and batches.")
            .orElse(""));
  }

  private static String batches(LessonReport.ExperimentSection part) {
    int trained = part.plan().batches();
    int all = part.experiment().plan().batches();
    return trained == all
        ? String.format(Locale.ROOT, "%,d", all)
        : String.format(Locale.ROOT, "%,d of %,d", trained, all);
  }

  private static String weights(InitialWeights weights) {
    if (weights instanceof InitialWeights.Normal normal) {
      return "normal, standard deviation " + normal.stddev();
    }
    return weights instanceof InitialWeights.TruncatedNormalConvolutions truncated
        ? "of the convolutions truncated normal, standard deviation " + truncated.stddev()
        : weights instanceof InitialWeights.Orthogonal ? "orthogonal" : "Glorot uniform";
  }

  private static String shown(Reading reading) {
    return switch (reading) {
      case ROWS -> "row by row";
      case PIXELS -> "pixel by pixel";
      case PERMUTED -> "pixel by pixel in a random order";
      case DRAWN -> "pixel by pixel, drawn with replacement";
    };
  }

  private static String capitalized(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  /** Both ways to predict, what each is worth, and what the source got. */
  static List<List<String>> trapTable(
      LessonReport.VariantSummary row, LessonReport.TrialSummary run) {
    InferenceTrap trap = run.inferenceTrap().orElseThrow();
    List<Experiment.Published> published = row.published();
    return List.of(
        List.of(
            "normalized by",
            trap.shown().size() + " alone",
            "published",
            "answers",
            "test set",
            "published"),
        List.of(
            "batch statistics",
            TextTable.share(trap.batchAccuracy()),
            first(published, Experiment.Published::singlesByBatchStatistics),
            distinct(trap.byBatchStatistics()),
            TextTable.share(trap.testByBatchStatistics()),
            first(published, Experiment.Published::testByBatchStatistics)),
        List.of(
            "running statistics",
            TextTable.share(trap.runningAccuracy()),
            first(published, Experiment.Published::singles),
            distinct(trap.byPopulationStatistics()),
            TextTable.share(run.test().orElse(Double.NaN)),
            first(published, Experiment.Published::test)));
  }

  private static String first(
      List<Experiment.Published> published, Function<Experiment.Published, OptionalDouble> figure) {
    return published.stream()
        .map(figure)
        .filter(OptionalDouble::isPresent)
        .map(accuracy -> TextTable.share(accuracy.getAsDouble()))
        .findFirst()
        .orElse("-");
  }

  private static String distinct(List<Integer> digits) {
    long different = digits.stream().distinct().count();
    return different == 1 ? "always " + digits.get(0) : different + " digits";
  }

  /** The same with every prediction and the explanation, within 80 columns. */
  static String trap(LessonReport.VariantSummary row, LessonReport.TrialSummary run) {
    InferenceTrap trap = run.inferenceTrap().orElseThrow();
    return "One image at a time, seed "
        + run.seed()
        + "\n\n"
        + TextTable.plain(trapTable(row, run))
        + "\nby batch statistics:\n"
        + lines(trap.byBatchStatistics())
        + "by running statistics:\n"
        + lines(trap.byPopulationStatistics())
        + "\n"
        + INFERENCE_TRAP;
  }

  private static String lines(List<Integer> digits) {
    StringBuilder lines = new StringBuilder();
    for (int from = 0; from < digits.size(); from += DIGITS_IN_A_LINE) {
      lines.append(
          digits.subList(from, Math.min(digits.size(), from + DIGITS_IN_A_LINE)).stream()
              .map(String::valueOf)
              .collect(Collectors.joining(" ", "", "\n")));
    }
    return lines.toString();
  }
}
