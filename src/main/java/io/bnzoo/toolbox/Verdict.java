package io.bnzoo.toolbox;

import io.bnzoo.toolbox.Diagnosis.Cause;
import io.bnzoo.toolbox.Diagnosis.DataFigures;
import io.bnzoo.toolbox.Finding.Severity;
import io.bnzoo.toolbox.Finding.Symptom;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What is at fault, by all that was found.
 *
 * @param words a sentence, with the evidence
 */
record Verdict(Cause cause, String words) {
  /** A gain below is chance, or not worth a word. */
  private static final double LEAST_GAIN = 0.02;

  /** A gain that is worth it even where no layer's statistics are far off. */
  private static final double LARGE_GAIN = 0.05;

  private static final double STANDARD_ERRORS = 3;

  /** Below, a classifier is taken for broken. */
  private static final double POOR = 0.5;

  /** Of the predictions: above, it is no exception that one is NaN. */
  private static final double SOME = 0.1;

  /**
   * What the images showed.
   *
   * @param layers with their fits
   * @param batches how many training steps the file counts; 0 if it does not say
   */
  record Evidence(DataFigures figures, List<LayerFigures> layers, int batches, int classes) {
    /** Whether recomputed statistics make a model that works of one that does not, or barely. */
    boolean isMendedByRecomputing() {
      boolean large =
          figures.recomputed() - figures.running() > LARGE_GAIN
              || layers.stream().anyMatch(LayerFigures::isOff);
      return large && !isPoor() && isGain(figures.running(), figures.recomputed());
    }

    private boolean isGain(double before, double after) {
      double chance = Math.sqrt((before * (1 - before) + after * (1 - after)) / figures.images());
      return after - before > Math.max(LEAST_GAIN, STANDARD_ERRORS * chance);
    }

    private double best() {
      return Math.max(figures.running(), figures.recomputed());
    }

    private boolean isPoor() {
      return best() < Math.max(POOR, 1.0 / classes);
    }

    private double byLargestBatch() {
      return figures.batch().isEmpty()
          ? 0
          : figures.batch().get(figures.batch().size() - 1).accuracy();
    }

    private boolean isSpoiltBySharing(List<Finding> findings) {
      return findings.stream().anyMatch(each -> each.symptom() == Symptom.SHARED_STATISTICS)
          && isGain(best(), byLargestBatch());
    }

    private boolean isInverted() {
      return best() < figures.inverted() && isGain(best(), figures.inverted());
    }

    /** Whether the layer where images are seen first has statistics of others. */
    private boolean isOffAtFirst(List<Finding> findings) {
      return layers.get(0).isOff() && !FitCheck.explain(findings);
    }

    private String accuracies() {
      return said("%.2f with them, %.2f when recomputed", figures.running(), figures.recomputed());
    }

    private String training() {
      return batches == 0 ? "" : said(" after %,d batches", batches);
    }
  }

  private static String said(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  static Verdict ofFile(ValueCheck values, List<Finding> findings) {
    Optional<Finding> broken = first(findings, each -> each.symptom() == Symptom.NOT_FINITE);
    if (broken.isPresent()) {
      return new Verdict(Cause.NOT_FINITE, "Nothing can be predicted: " + broken.get().evidence());
    }
    if (values.figures().isEmpty()) {
      return new Verdict(Cause.NO_BATCH_NORM, "The model has no batch norm.");
    }
    if (values.isUntrained()) {
      return new Verdict(
          Cause.UNTRAINED, "The model has not been trained: its batch norm is as initialized.");
    }
    Optional<Finding> never = first(findings, each -> each.symptom() == Symptom.NEVER_UPDATED);
    if (never.isPresent()) {
      return new Verdict(
          Cause.STATISTICS, "The running statistics are at fault: " + never.get().evidence());
    }
    return suspectOrHealthy(findings, "nothing in the file speaks against its batch norm", "");
  }

  static Verdict ofImages(Evidence evidence, List<Finding> findings) {
    DataFigures figures = evidence.figures();
    if (evidence.isInverted()) {
      return new Verdict(
          Cause.OTHER_IMAGES,
          said(
              "The images are at fault: it recognizes %.2f of them, and %.2f with black and white"
                  + " exchanged.",
              figures.running(), figures.inverted()));
    }
    if (evidence.isSpoiltBySharing(findings)) {
      return new Verdict(
          Cause.STATISTICS,
          said(
              "The running statistics are at fault, which all time steps share: %s, %.2f with each"
                  + " step's own of batches of 64.",
              evidence.accuracies(), evidence.byLargestBatch()));
    }
    if (evidence.isMendedByRecomputing()) {
      return evidence.isOffAtFirst(findings)
          ? new Verdict(
              Cause.OTHER_IMAGES,
              "The running statistics are not those of these images: "
                  + evidence.accuracies()
                  + ".")
          : new Verdict(
              Cause.STATISTICS,
              "The running statistics are at fault: " + evidence.accuracies() + ".");
    }
    if (figures.notFinite() > SOME) {
      return new Verdict(
          Cause.NOT_FINITE,
          said(
              "The weights are too large%s: %.0f %% of the predictions are NaN or infinite,"
                  + " though all values in the file are finite.",
              evidence.training(), 100 * figures.notFinite()));
    }
    return evidence.layers().isEmpty()
        ? withoutBatchNorm(evidence)
        : withBatchNorm(evidence, findings);
  }

  private static Verdict withoutBatchNorm(Evidence evidence) {
    double accuracy = evidence.figures().running();
    return evidence.isPoor() && evidence.batches() > 0
        ? new Verdict(
            Cause.WEIGHTS,
            said(
                "The weights are at fault%s: the accuracy is %.2f. The model has no batch norm.",
                evidence.training(), accuracy))
        : new Verdict(
            Cause.NO_BATCH_NORM,
            said("The model has no batch norm; its accuracy is %.2f.", accuracy));
  }

  private static Verdict withBatchNorm(Evidence evidence, List<Finding> findings) {
    if (evidence.isPoor()) {
      return evidence.isOffAtFirst(findings)
          ? new Verdict(
              Cause.OTHER_IMAGES,
              "The images are not what the model knows: "
                  + evidence.accuracies()
                  + ", and layers drift.")
          : new Verdict(
              Cause.WEIGHTS,
              "The weights are at fault"
                  + evidence.training()
                  + ", whatever the running statistics: "
                  + evidence.accuracies()
                  + ".");
    }
    DataFigures figures = evidence.figures();
    return suspectOrHealthy(
        findings,
        "the running statistics fit",
        said(
            " Accuracy: %.2f, and %.2f with recomputed statistics.",
            figures.running(), figures.recomputed()));
  }

  private static Verdict suspectOrHealthy(List<Finding> findings, String healthy, String measured) {
    Optional<Finding> worst =
        first(findings, each -> each.severity() == Severity.ERROR)
            .or(() -> first(findings, Finding::isWrong));
    return worst
        .map(
            each ->
                new Verdict(
                    Cause.SUSPECT,
                    "Look at " + each.symptom().label() + ": " + each.evidence() + measured))
        .orElseGet(() -> new Verdict(Cause.HEALTHY, "Healthy: " + healthy + "." + measured));
  }

  private static Optional<Finding> first(List<Finding> findings, Predicate<Finding> condition) {
    return findings.stream().filter(condition).findFirst();
  }
}
